import Foundation
import Testing

@testable import ScenarioKit

/// Every scenario of the repository on the model, beside what Linux 6.12 was recorded to do with it.
@Suite struct RecordedScenarioTests {
    /// A scenario without a recording fails here, and the text says how to make one.
    @Test(arguments: RepositoryScenarioTests.names)
    func theModelDoesWhatLinuxDid(_ name: String) {
        let output = ScenarioCommands.diff(
            [ScenarioCommandTests.scenarios + "/" + name], format: .text(coloured: false),
            simulated: RepositoryScenarioTests.simulated)
        #expect(output.status == 0, "\(output.text)")
    }
}
