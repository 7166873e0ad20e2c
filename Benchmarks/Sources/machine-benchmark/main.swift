// machine-benchmark [--json] [--rounds N]: the interpreter beside native C, in one run, interleaved.

var rounds = 15
var isJSON = false
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--json": isJSON = true
    case "--rounds":
        guard let text = arguments.popFirst(), let number = Int(text), number > 0 else {
            quit("--rounds: expected a number of at least 1")
        }
        rounds = number
    default: quit("found '\(argument)', expected --json or --rounds N")
    }
}

let bench = MachineBench()
do {
    let results = try bench.measure(rounds: rounds)
    print(isJSON ? Report.json(results, rounds: rounds) : Report.table(results, rounds: rounds))
} catch {
    quit("\(error)")
}
