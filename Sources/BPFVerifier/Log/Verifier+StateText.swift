extension Verifier {
    /// `scalar(id=1,smin=0,…)`, `pkt(off=14,r=14)`, `fp-8`: what the log says of a register (`print_reg_state`).
    func text(of register: RegisterState, in frame: FrameState) -> String {
        let type = register.type
        var text = type == .scalar && register.isPrecise ? "P" : ""
        if type == .scalar, register.value.isConstant {
            return text + LogNumber.text(Int64(bitPattern: register.value.tnum.value))
        }
        text += type.name
        if type.kind == .stack {
            if Int(register.frame) != frame.number { text += "[\(register.frame)]" }
            if register.value.isConstant {
                return text
                    + LogNumber.text(Int64(bitPattern: register.value.tnum.value) &+ Int64(register.offset))
            }
        }
        var parts: [String] = []
        if register.id != 0 {
            var part = "id=\(register.linkID)"
            // The kernel glues the distance to whatever it wrote last.
            if register.isLinkedByAddition { part += LogNumber.signed(Int(register.offset)) }
            parts.append(part)
        }
        if type.kind == .mapPointer || type.kind == .mapValue {
            let map = maps[register.map]
            if !map.name.isEmpty { parts.append("map=\(map.name)") }
            parts.append("ks=\(map.keySize)")
            parts.append("vs=\(map.valueSize)")
        }
        if type != .scalar, register.offset != 0 { parts.append("off=" + LogNumber.text(Int64(register.offset))) }
        if type.isPacketPointer {
            parts.append("r=" + LogNumber.text(UInt64(bitPattern: Int64(register.range))))
        }
        if type.kind == .memory { parts.append("sz=" + LogNumber.text(UInt64(UInt32(bitPattern: register.extent)))) }
        if register.value.isConstant {
            if register.value.tnum.value != 0 {
                parts.append("imm=" + LogNumber.text(Int64(bitPattern: register.value.tnum.value)))
            }
        } else {
            parts += register.value.rangeParts
            if !register.value.tnum.isUnknown { parts.append("var_off=" + register.value.tnum.text) }
        }
        return text + "(" + parts.joined(separator: ",") + ")"
    }

    private func text(of live: Liveness) -> String {
        var text = live.isEmpty ? "" : "_"
        if live.isRead { text += "r" }
        if live.contains(.written) { text += "w" }
        if live.contains(.done) { text += "D" }
        return text
    }

    /// Writes the registers and stack slots that changed since they were last written, or all
    /// (`print_verifier_state`).
    func writeState(of frame: FrameState, all: Bool) {
        guard log.isOn else { return }
        var line = frame.number > 0 ? " frame\(frame.number):" : ""
        for number in 0..<FrameState.registerCount {
            let register = frame[number]
            guard register.kind != .uninitialised, all || touchedRegisters & 1 << UInt32(number) != 0 else { continue }
            line += " R\(number)\(text(of: register.live))=\(text(of: register.state, in: frame))"
        }
        for index in 0..<frame.slotCount where all || touchedSlots & 1 << UInt64(index) != 0 {
            let slot = frame.slot(index)
            guard !slot.isUntouched else { continue }
            let register = frame.spilledRegister(index)
            line += " fp\((-index - 1) * 8)\(text(of: register.live))="
            if slot.isSpill {
                // What lies above a partial spill, then the register.
                line += String((0..<8).prefix { slot[$0] != .spill }.map { slot[$0].letter })
                line += text(of: register.state, in: frame)
            } else {
                line += String((0..<8).map { slot[$0].letter })
            }
        }
        log.write(line + "\n")
        if !all { (touchedRegisters, touchedSlots) = (0, 0) }
    }

    /// Writes what the last instruction changed, on its own line where nothing was written since
    /// (`print_insn_state`).
    func writeInstructionState() {
        guard log.level.writesInstructions else { return }
        if positionAfterInstruction != 0, positionAfterInstruction == log.position {
            log.reset(to: positionAfterInstruction - 1)
            let width = max(instructionTextLength + 4, 40)
            let padding = (width + 7) / 8 * 8 - instructionTextLength - 1
            log.write(String(repeating: " ", count: padding) + ";")
        } else {
            log.write("\(instruction):")
        }
        writeState(of: frame, all: false)
    }

    /// Writes the source line of an instruction, unless it is the one written before (`verbose_linfo`).
    func writeSourceLine(of instruction: Int, prefix: String) {
        guard log.isOn, let index = lineIndex(of: instruction), index != lastLine else { return }
        let line = program.lines[index]
        if let lastLine, program.lines[lastLine].file == line.file, program.lines[lastLine].line == line.line {
            return
        }
        let name = line.file.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        log.write("\(prefix)\(line.text.trimmedLeft) @ \(name):\(line.line)\n")
        lastLine = index
    }

    /// The last line record at or before an instruction (`find_linfo`).
    func lineIndex(of instruction: Int) -> Int? {
        guard !program.lines.isEmpty, instruction < instructions.count else { return nil }
        var (low, high) = (0, program.lines.count - 1)
        while low < high {
            let middle = low + (high - low + 1) / 2
            if program.lines[middle].instruction <= instruction { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// Everything is to be written at the next occasion (`mark_verifier_state_scratched`).
    func touchEverything() { (touchedRegisters, touchedSlots) = (.max, .max) }

    func touchRegister(_ number: Int) { touchedRegisters |= 1 << UInt32(number) }

    func touchSlot(_ index: Int) { touchedSlots |= 1 << UInt64(index) }
}
