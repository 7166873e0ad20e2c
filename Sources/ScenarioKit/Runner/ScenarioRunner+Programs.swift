import BPFObjectFile
import KernelControl
import LinuxABI

/// Objects, maps and attachments.
extension ScenarioRunner {
    var encoder: ValueEncoder {
        ValueEncoder(
            link: { [unowned self] device throws(ScenarioError) in try link(device) },
            program: { [unowned self] name, place throws(ScenarioError) in try program(name, at: place).descriptor })
    }

    func loadObjects() throws(ScenarioError) {
        for (index, declaration) in scenario.objects.enumerated() {
            var file = catalogue.files[index]
            for (name, value, place) in declaration.globals {
                let byteCount = file.globals.first { $0.name == name }?.byteCount ?? 0
                let encoded = try encoder.global(value, byteCount: byteCount)
                do {
                    try file.setGlobal(name, encoded)
                } catch {
                    throw ScenarioError(error, at: place, object: declaration.path)
                }
            }
            do {
                objects.append(try file.load(programs: declaration.load, into: kernel))
            } catch {
                switch error {
                case .object(let error): throw ScenarioError(error, at: declaration.place, object: declaration.path)
                case .control(let request, let error):
                    throw ScenarioError(error, at: declaration.place, request: "\(declaration.path): \(request)")
                }
            }
        }
        try notePrograms()
        // Attachments come once every object is loaded, so that entries and positions may name any of them.
        for declaration in scenario.objects {
            for entry in declaration.entries {
                try request("map update \(entry.map)", at: entry.place, try updateRequest(entry, flags: 0))
            }
            for attachment in declaration.attachments {
                try request("attach \(attachment.name)", at: attachment.place, try attachRequest(attachment))
            }
        }
    }

    /// Notes which ids the kernel gave the programs.
    private func notePrograms() throws(ScenarioError) {
        for (index, object) in objects.enumerated() {
            for (name, descriptor) in object.programs {
                let id = try request("id of program \(name)", at: scenario.objects[index].place) {
                    () throws(ControlError) in try kernel.programID(descriptor)
                }
                programNames[id] = catalogue.scenarioName(of: .init(object: index, name: name))
            }
        }
    }

    /// A loaded program by the name that the scenario uses.
    func program(
        _ name: String, at place: SourcePlace
    ) throws(ScenarioError) -> (item: ObjectCatalogue.Item, descriptor: Descriptor) {
        let item = try catalogue.program(name, at: place)
        guard item.object < objects.count, let descriptor = objects[item.object].programs[item.name] else {
            throw ScenarioError(.input, place, "program '\(name)' is not loaded")
        }
        return (item, descriptor)
    }

    /// A map with its sizes by the name that the scenario uses.
    func map(
        _ name: String, at place: SourcePlace
    ) throws(ScenarioError) -> (specification: MapSpecification, descriptor: Descriptor) {
        let item = try catalogue.map(name, at: place)
        guard item.object < objects.count,
            let index = objects[item.object].file.maps.firstIndex(where: { $0.name == item.name })
        else { throw ScenarioError(.input, place, "map '\(name)' does not exist yet") }
        return (objects[item.object].file.maps[index], objects[item.object].maps[index])
    }

    /// A request that is ready to be made; what can go wrong on our side has gone wrong before.
    typealias Request = () throws(ControlError) -> Void

    func updateRequest(_ entry: MapEntryDeclaration, flags: UInt64) throws(ScenarioError) -> Request {
        let (specification, descriptor) = try map(entry.map, at: entry.place)
        let key = try encoder.bytes(entry.key, byteCount: Int(specification.keySize))
        var value = try encoder.bytes(entry.value, byteCount: Int(specification.valueSize))
        if specification.isPerCPU {
            // bpf(2) takes a value for each CPU, each rounded up to 8 bytes; all get the same.
            value += [UInt8](repeating: 0, count: (8 - value.count % 8) % 8)
            value = [[UInt8]](repeating: value, count: scenario.machine.cpus).flatMap { $0 }
        }
        let kernel = kernel
        return { () throws(ControlError) in try kernel.update(descriptor, key: key, value: value, flags: flags) }
    }

    func attachRequest(_ attachment: AttachmentDeclaration) throws(ScenarioError) -> Request {
        let (item, program) = try program(attachment.program, at: attachment.place)
        let hook = try catalogue.hook(of: attachment, program: item)
        let replaced = try attachment.replaces.map { name throws(ScenarioError) in
            try standing(name, at: attachment.place)
        }
        var position = try self.position(attachment.position, at: attachment.place)
        position.expectedRevision = attachment.expectedRevision
        let device = attachment.device
        if hook.isClsact { return filterRequest(attachment, item, program, hook) }
        return { [self] () throws(ControlError) in
            var attached = Attached(declaration: attachment, hook: hook, program: program, link: nil)
            if let replaced, let link = replaced.link {
                // A link's program is exchanged through the link.
                try kernel.updateLink(link, to: program, flags: AttachPosition.replaceFlag, old: replaced.program)
                attached.link = link
            } else {
                if let replaced {
                    position.flags |= AttachPosition.replaceFlag
                    position.replace = replaced.program
                }
                if attachment.isLink, replaced == nil {
                    attached.link = try kernel.createLink(
                        program, to: device.device, in: device.namespace, as: hook, at: position)
                } else {
                    try kernel.attach(program, to: device.device, in: device.namespace, as: hook, at: position)
                }
            }
            if let replaced { attachments[replaced.declaration.name] = nil }
            attachments[attachment.name] = attached
            let id = try kernel.programID(program)
            attachmentNames[ChainMember(program: id, device: device, hook: hook)] = attachment.name
        }
    }

    /// A legacy filter; its clsact is made where there is none yet, as libbpf's bpf_tc_hook_create is used.
    private func filterRequest(
        _ attachment: AttachmentDeclaration, _ item: ObjectCatalogue.Item, _ program: Descriptor, _ hook: AttachType
    ) -> Request {
        let device = attachment.device
        return { [self] () throws(ControlError) in
            do throws(ControlError) {
                try kernel.addClsact(to: device.device, in: device.namespace)
            } catch {
                guard case .kernel(let failure) = error, failure.errno == .EEXIST else { throw error }
            }
            filterCount += 1
            let filter = NewFilter(
                program: program, name: item.name, isEgress: hook == .clsactEgress, priority: attachment.priority,
                handle: filterCount)
            try kernel.addFilter(filter, to: device.device, in: device.namespace)
            attachments[attachment.name] = Attached(
                declaration: attachment, hook: hook, program: program, filter: filter)
        }
    }

    /// An attachment that stands now.
    func standing(_ name: String, at place: SourcePlace) throws(ScenarioError) -> Attached {
        guard let attached = attachments[name] else {
            throw ScenarioError(.input, place, "attachment '\(name)' is not standing here")
        }
        return attached
    }

    /// BEFORE, AFTER and their relative object.
    func position(
        _ position: AttachmentDeclaration.Position?, at place: SourcePlace
    ) throws(ScenarioError) -> AttachPosition {
        switch position {
        case nil: AttachPosition()
        case .first: AttachPosition(flags: AttachPosition.beforeFlag)
        case .last: AttachPosition(flags: AttachPosition.afterFlag)
        case .before(let name): relative(AttachPosition.beforeFlag, to: try standing(name, at: place))
        case .after(let name): relative(AttachPosition.afterFlag, to: try standing(name, at: place))
        }
    }

    private func relative(_ flag: UInt32, to other: Attached) -> AttachPosition {
        if let link = other.link {
            return AttachPosition(
                flags: flag | AttachPosition.linkFlag, relative: UInt32(bitPattern: link.rawValue))
        }
        return AttachPosition(flags: flag, relative: UInt32(bitPattern: other.program.rawValue))
    }
}

extension MapSpecification {
    /// Whether each CPU has a value of its own.
    var isPerCPU: Bool { [.perCPUArray, .perCPUHash, .lruPerCPUHash].contains(type) }
}
