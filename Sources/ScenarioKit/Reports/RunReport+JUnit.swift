extension RunReport {
    /// The results as JUnit XML: a test case for each scenario, what could not be judged as an error.
    public var junit: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let errors = count(.notModelled) + count(.unreadable)
        text +=
            "<testsuite name=\"nksim\" tests=\"\(results.count)\" failures=\"\(count(.failed))\" errors=\"\(errors)\">\n"
        for result in results {
            let place = result.error?.place ?? result.failures.first?.place
            text += "  <testcase classname=\"nksim\" name=\"\(escaped(result.file))\" file=\"\(escaped(result.file))\""
            text += " line=\"\(place?.line ?? 1)\""
            if result.outcome == .held {
                text += "/>\n"
                continue
            }
            let element = result.outcome == .failed ? "failure" : "error"
            let message = result.error?.description ?? result.failures.first.map { "\($0.place): \($0.subject)" } ?? ""
            text += ">\n    <\(element) message=\"\(escaped(message))\">"
            text += "\(escaped(result.details(coloured: false)))</\(element)>\n  </testcase>\n"
        }
        return text + "</testsuite>\n"
    }

    /// XML's five special characters escaped; control characters, which XML has no way to write, as `?`.
    private func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": escaped += "?"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
