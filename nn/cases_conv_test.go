package nn_test

func convCases() []testCase {
	return []testCase{}
}
