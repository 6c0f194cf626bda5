// Package exact holds networks in 8-bit integers against their promise: the
// same bits from every row of kernels, number of threads and architecture. It
// is a test of the packages models, quant and nn/plan together; `make
// test-exact` runs all of it.
package exact
