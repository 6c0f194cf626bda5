// Package conformance runs the backend tests of the ONNX project: models with
// inputs and the outputs that are expected of them.
//
// Three layouts are known. A case is a folder with a model and folders
// test_data_set_N of input_K.pb and output_K.pb (onnx/backend/test/data/node
// and its neighbours); or a file X.onnx beside X_output_0.pb, whose input is a
// ramp from 0 to 1 (onnx/backend/test/data/light); and folders of either, to
// any depth.
package conformance
