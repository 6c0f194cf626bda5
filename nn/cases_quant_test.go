package nn_test

func quantCases() []testCase {
	return []testCase{}
}
