import BPFObjectFile
import LinuxABI

extension ObjectCatalogue {
    /// The hook that an attachment names, or else its program's section.
    func hook(of attachment: AttachmentDeclaration, program: Item) throws(ScenarioError) -> AttachType {
        if let hook = attachment.hook { return hook }
        let section = files[program.object].programs.first { $0.name == program.name }?.section
        guard let hook = section?.attachType else {
            throw ScenarioError(
                .input, attachment.place,
                "section '\(section?.text ?? "")' of program '\(program.name)' names no hook; an attachment needs 'hook'"
            )
        }
        return hook
    }
}
