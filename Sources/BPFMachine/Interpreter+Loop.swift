extension Interpreter {
    /// The loop: from `start` until the frame that it was entered with exits.
    ///
    /// State is in locals and behind plain pointers: a class's stored properties would cost an exclusivity check at each
    /// use. The switch has no default, so that its jump table needs no range check. A case ends by `continue` if it has
    /// moved the cursor itself; otherwise the run goes on with the next slot.
    @inline(__always)
    static func execute<Observer: InstructionObserver>(
        _ start: UnsafeMutablePointer<DecodedInstruction>, _ r: Registers, _ environment: ExecutionEnvironment,
        _ observer: Observer
    ) throws(MachineFault) -> UInt64 {
        let memory = unsafe MemoryAccess(entries: environment.regions.entries, environment: environment)
        var at = unsafe Cursor(instruction: start, remainingJumps: environment.state.pointee.remainingJumps)
        // Leaving by `break running` is the budget's end; everything else throws or returns.
        running: while true {
            unsafe observer.executed(at.instruction)
            switch at.operation {
            // 64-bit arithmetic
            case .add64: r[at.destination] &+= r[at.source]
            case .add64K: r[at.destination] &+= at.constant
            case .sub64: r[at.destination] &-= r[at.source]
            case .sub64K: r[at.destination] &-= at.constant
            case .mul64: r[at.destination] &*= r[at.source]
            case .mul64K: r[at.destination] &*= at.constant
            case .or64: r[at.destination] |= r[at.source]
            case .or64K: r[at.destination] |= at.constant
            case .and64: r[at.destination] &= r[at.source]
            case .and64K: r[at.destination] &= at.constant
            case .xor64: r[at.destination] ^= r[at.source]
            case .xor64K: r[at.destination] ^= at.constant
            case .lsh64: r[at.destination] &<<= r[at.source]
            case .lsh64K: r[at.destination] &<<= at.constant
            case .rsh64: r[at.destination] &>>= r[at.source]
            case .rsh64K: r[at.destination] &>>= at.constant
            case .arsh64: r[signed: at.destination] &>>= r[signed: at.source]
            case .arsh64K: r[signed: at.destination] &>>= Int64(bitPattern: at.constant)
            case .neg64: r[at.destination] = 0 &- r[at.destination]
            case .mov64: r[at.destination] = r[at.source]
            case .mov64K: r[at.destination] = at.constant
            case .div64: r[at.destination] = Arithmetic.quotient(r[at.destination], r[at.source])
            case .div64K: r[at.destination] = Arithmetic.quotient(r[at.destination], at.constant)
            case .sdiv64:
                r[signed: at.destination] = Arithmetic.quotient(r[signed: at.destination], r[signed: at.source])
            case .sdiv64K:
                r[signed: at.destination] = Arithmetic.quotient(
                    r[signed: at.destination], Int64(bitPattern: at.constant))
            case .mod64: r[at.destination] = Arithmetic.remainder(r[at.destination], r[at.source])
            case .mod64K: r[at.destination] = Arithmetic.remainder(r[at.destination], at.constant)
            case .smod64:
                r[signed: at.destination] = Arithmetic.remainder(r[signed: at.destination], r[signed: at.source])
            case .smod64K:
                r[signed: at.destination] = Arithmetic.remainder(
                    r[signed: at.destination], Int64(bitPattern: at.constant))
            // 32-bit arithmetic
            case .add32: r[low: at.destination] &+= r[low: at.source]
            case .add32K: r[low: at.destination] &+= at.constant32
            case .sub32: r[low: at.destination] &-= r[low: at.source]
            case .sub32K: r[low: at.destination] &-= at.constant32
            case .mul32: r[low: at.destination] &*= r[low: at.source]
            case .mul32K: r[low: at.destination] &*= at.constant32
            case .or32: r[low: at.destination] |= r[low: at.source]
            case .or32K: r[low: at.destination] |= at.constant32
            case .and32: r[low: at.destination] &= r[low: at.source]
            case .and32K: r[low: at.destination] &= at.constant32
            case .xor32: r[low: at.destination] ^= r[low: at.source]
            case .xor32K: r[low: at.destination] ^= at.constant32
            case .lsh32: r[low: at.destination] &<<= r[low: at.source]
            case .lsh32K: r[low: at.destination] &<<= at.constant32
            case .rsh32: r[low: at.destination] &>>= r[low: at.source]
            case .rsh32K: r[low: at.destination] &>>= at.constant32
            case .arsh32: r[lowSigned: at.destination] &>>= r[lowSigned: at.source]
            case .arsh32K: r[lowSigned: at.destination] &>>= Int32(bitPattern: at.constant32)
            case .neg32: r[low: at.destination] = 0 &- r[low: at.destination]
            case .mov32: r[low: at.destination] = r[low: at.source]
            case .mov32K: r[low: at.destination] = at.constant32
            case .div32: r[low: at.destination] = Arithmetic.quotient(r[low: at.destination], r[low: at.source])
            case .div32K: r[low: at.destination] = Arithmetic.quotient(r[low: at.destination], at.constant32)
            case .sdiv32:
                r[lowSigned: at.destination] = Arithmetic.quotient(
                    r[lowSigned: at.destination], r[lowSigned: at.source])
            case .sdiv32K:
                r[lowSigned: at.destination] = Arithmetic.quotient(
                    r[lowSigned: at.destination], Int32(bitPattern: at.constant32))
            case .mod32: r[low: at.destination] = Arithmetic.remainder(r[low: at.destination], r[low: at.source])
            case .mod32K: r[low: at.destination] = Arithmetic.remainder(r[low: at.destination], at.constant32)
            case .smod32:
                r[lowSigned: at.destination] = Arithmetic.remainder(
                    r[lowSigned: at.destination], r[lowSigned: at.source])
            case .smod32K:
                r[lowSigned: at.destination] = Arithmetic.remainder(
                    r[lowSigned: at.destination], Int32(bitPattern: at.constant32))
            // Sign extension, byte order, constants
            case .mov64S8: r[signed: at.destination] = Int64(Int8(truncatingIfNeeded: r[at.source]))
            case .mov64S16: r[signed: at.destination] = Int64(Int16(truncatingIfNeeded: r[at.source]))
            case .mov64S32: r[signed: at.destination] = Int64(Int32(truncatingIfNeeded: r[at.source]))
            case .mov32S8: r[lowSigned: at.destination] = Int32(Int8(truncatingIfNeeded: r[at.source]))
            case .mov32S16: r[lowSigned: at.destination] = Int32(Int16(truncatingIfNeeded: r[at.source]))
            case .cut16: r[at.destination] = UInt64(UInt16(truncatingIfNeeded: r[at.destination]))
            case .cut32: r[at.destination] = UInt64(UInt32(truncatingIfNeeded: r[at.destination]))
            case .nothing: break
            case .swap16: r[at.destination] = UInt64(UInt16(truncatingIfNeeded: r[at.destination]).byteSwapped)
            case .swap32: r[at.destination] = UInt64(UInt32(truncatingIfNeeded: r[at.destination]).byteSwapped)
            case .swap64: r[at.destination] = r[at.destination].byteSwapped
            case .loadImmediate:
                r[at.destination] = at.constant
                at.advance(2)
                continue
            // Memory
            case .load8: r[at.destination] = UInt64(try memory.load(UInt8.self, at, r))
            case .load16: r[at.destination] = UInt64(try memory.load(UInt16.self, at, r))
            case .load32: r[at.destination] = UInt64(try memory.load(UInt32.self, at, r))
            case .load64: r[at.destination] = try memory.load(UInt64.self, at, r)
            case .load8S: r[signed: at.destination] = Int64(Int8(bitPattern: try memory.load(UInt8.self, at, r)))
            case .load16S: r[signed: at.destination] = Int64(Int16(bitPattern: try memory.load(UInt16.self, at, r)))
            case .load32S: r[signed: at.destination] = Int64(Int32(bitPattern: try memory.load(UInt32.self, at, r)))
            case .store8: try memory.store(UInt8(truncatingIfNeeded: r[at.source]), at, r)
            case .store16: try memory.store(UInt16(truncatingIfNeeded: r[at.source]), at, r)
            case .store32: try memory.store(UInt32(truncatingIfNeeded: r[at.source]), at, r)
            case .store64: try memory.store(r[at.source], at, r)
            case .store8K: try memory.store(UInt8(truncatingIfNeeded: at.constant), at, r)
            case .store16K: try memory.store(UInt16(truncatingIfNeeded: at.constant), at, r)
            case .store32K: try memory.store(UInt32(truncatingIfNeeded: at.constant), at, r)
            case .store64K: try memory.store(at.constant, at, r)
            case .frameLoad8: r[at.destination] = UInt64(MemoryAccess.read(UInt8.self, r[10] &+ at.displacement))
            case .frameLoad16: r[at.destination] = UInt64(MemoryAccess.read(UInt16.self, r[10] &+ at.displacement))
            case .frameLoad32: r[at.destination] = UInt64(MemoryAccess.read(UInt32.self, r[10] &+ at.displacement))
            case .frameLoad64: r[at.destination] = MemoryAccess.read(UInt64.self, r[10] &+ at.displacement)
            case .frameStore8: MemoryAccess.write(UInt8(truncatingIfNeeded: r[at.source]), r[10] &+ at.displacement)
            case .frameStore16: MemoryAccess.write(UInt16(truncatingIfNeeded: r[at.source]), r[10] &+ at.displacement)
            case .frameStore32: MemoryAccess.write(UInt32(truncatingIfNeeded: r[at.source]), r[10] &+ at.displacement)
            case .frameStore64: MemoryAccess.write(r[at.source], r[10] &+ at.displacement)
            case .frameStore8K: MemoryAccess.write(UInt8(truncatingIfNeeded: at.constant), r[10] &+ at.displacement)
            case .frameStore16K: MemoryAccess.write(UInt16(truncatingIfNeeded: at.constant), r[10] &+ at.displacement)
            case .frameStore32K: MemoryAccess.write(UInt32(truncatingIfNeeded: at.constant), r[10] &+ at.displacement)
            case .frameStore64K: MemoryAccess.write(at.constant, r[10] &+ at.displacement)
            case .atomic32: try memory.atomic32(at, r)
            case .atomic64: try memory.atomic64(at, r)
            // Jumps
            case .jump:
                guard at.jump() else { break running }
                continue
            case .jumpEqual64:
                guard at.branch(if: r[at.destination] == r[at.source]) else { break running }
                continue
            case .jumpEqual64K:
                guard at.branch(if: r[at.destination] == at.constant) else { break running }
                continue
            case .jumpEqual32:
                guard at.branch(if: r[low: at.destination] == r[low: at.source]) else { break running }
                continue
            case .jumpEqual32K:
                guard at.branch(if: r[low: at.destination] == at.constant32) else { break running }
                continue
            case .jumpNotEqual64:
                guard at.branch(if: r[at.destination] != r[at.source]) else { break running }
                continue
            case .jumpNotEqual64K:
                guard at.branch(if: r[at.destination] != at.constant) else { break running }
                continue
            case .jumpNotEqual32:
                guard at.branch(if: r[low: at.destination] != r[low: at.source]) else { break running }
                continue
            case .jumpNotEqual32K:
                guard at.branch(if: r[low: at.destination] != at.constant32) else { break running }
                continue
            case .jumpSet64:
                guard at.branch(if: r[at.destination] & r[at.source] != 0) else { break running }
                continue
            case .jumpSet64K:
                guard at.branch(if: r[at.destination] & at.constant != 0) else { break running }
                continue
            case .jumpSet32:
                guard at.branch(if: r[low: at.destination] & r[low: at.source] != 0) else { break running }
                continue
            case .jumpSet32K:
                guard at.branch(if: r[low: at.destination] & at.constant32 != 0) else { break running }
                continue
            case .jumpGreater64:
                guard at.branch(if: r[at.destination] > r[at.source]) else { break running }
                continue
            case .jumpGreater64K:
                guard at.branch(if: r[at.destination] > at.constant) else { break running }
                continue
            case .jumpGreater32:
                guard at.branch(if: r[low: at.destination] > r[low: at.source]) else { break running }
                continue
            case .jumpGreater32K:
                guard at.branch(if: r[low: at.destination] > at.constant32) else { break running }
                continue
            case .jumpGreaterEqual64:
                guard at.branch(if: r[at.destination] >= r[at.source]) else { break running }
                continue
            case .jumpGreaterEqual64K:
                guard at.branch(if: r[at.destination] >= at.constant) else { break running }
                continue
            case .jumpGreaterEqual32:
                guard at.branch(if: r[low: at.destination] >= r[low: at.source]) else { break running }
                continue
            case .jumpGreaterEqual32K:
                guard at.branch(if: r[low: at.destination] >= at.constant32) else { break running }
                continue
            case .jumpLess64:
                guard at.branch(if: r[at.destination] < r[at.source]) else { break running }
                continue
            case .jumpLess64K:
                guard at.branch(if: r[at.destination] < at.constant) else { break running }
                continue
            case .jumpLess32:
                guard at.branch(if: r[low: at.destination] < r[low: at.source]) else { break running }
                continue
            case .jumpLess32K:
                guard at.branch(if: r[low: at.destination] < at.constant32) else { break running }
                continue
            case .jumpLessEqual64:
                guard at.branch(if: r[at.destination] <= r[at.source]) else { break running }
                continue
            case .jumpLessEqual64K:
                guard at.branch(if: r[at.destination] <= at.constant) else { break running }
                continue
            case .jumpLessEqual32:
                guard at.branch(if: r[low: at.destination] <= r[low: at.source]) else { break running }
                continue
            case .jumpLessEqual32K:
                guard at.branch(if: r[low: at.destination] <= at.constant32) else { break running }
                continue
            case .jumpSignedGreater64:
                guard at.branch(if: r[signed: at.destination] > r[signed: at.source]) else { break running }
                continue
            case .jumpSignedGreater64K:
                guard at.branch(if: r[signed: at.destination] > Int64(bitPattern: at.constant)) else { break running }
                continue
            case .jumpSignedGreater32:
                guard at.branch(if: r[lowSigned: at.destination] > r[lowSigned: at.source]) else { break running }
                continue
            case .jumpSignedGreater32K:
                guard at.branch(if: r[lowSigned: at.destination] > Int32(bitPattern: at.constant32)) else {
                    break running
                }
                continue
            case .jumpSignedGreaterEqual64:
                guard at.branch(if: r[signed: at.destination] >= r[signed: at.source]) else { break running }
                continue
            case .jumpSignedGreaterEqual64K:
                guard at.branch(if: r[signed: at.destination] >= Int64(bitPattern: at.constant)) else { break running }
                continue
            case .jumpSignedGreaterEqual32:
                guard at.branch(if: r[lowSigned: at.destination] >= r[lowSigned: at.source]) else { break running }
                continue
            case .jumpSignedGreaterEqual32K:
                guard at.branch(if: r[lowSigned: at.destination] >= Int32(bitPattern: at.constant32)) else {
                    break running
                }
                continue
            case .jumpSignedLess64:
                guard at.branch(if: r[signed: at.destination] < r[signed: at.source]) else { break running }
                continue
            case .jumpSignedLess64K:
                guard at.branch(if: r[signed: at.destination] < Int64(bitPattern: at.constant)) else { break running }
                continue
            case .jumpSignedLess32:
                guard at.branch(if: r[lowSigned: at.destination] < r[lowSigned: at.source]) else { break running }
                continue
            case .jumpSignedLess32K:
                guard at.branch(if: r[lowSigned: at.destination] < Int32(bitPattern: at.constant32)) else {
                    break running
                }
                continue
            case .jumpSignedLessEqual64:
                guard at.branch(if: r[signed: at.destination] <= r[signed: at.source]) else { break running }
                continue
            case .jumpSignedLessEqual64K:
                guard at.branch(if: r[signed: at.destination] <= Int64(bitPattern: at.constant)) else { break running }
                continue
            case .jumpSignedLessEqual32:
                guard at.branch(if: r[lowSigned: at.destination] <= r[lowSigned: at.source]) else { break running }
                continue
            case .jumpSignedLessEqual32K:
                guard at.branch(if: r[lowSigned: at.destination] <= Int32(bitPattern: at.constant32)) else {
                    break running
                }
                continue
            // Control
            case .callHelper: try environment.callHelper(&at, r)
            case .callSubprogram:
                try environment.openFrame(&at, r)
                continue
            case .tailCall:
                unsafe at.instruction = try environment.tailCall(at, r)
                continue
            case .loadAbsolute, .loadIndirect:
                if try !environment.loadPacket(at, r) {
                    guard environment.closeFrame(&at, r) else { return leave(at, r, environment) }
                    continue
                }
            case .exit:
                guard environment.closeFrame(&at, r) else { return leave(at, r, environment) }
                continue
            case .end: throw environment.fault(.fellOffTheEnd, at)
            // Fused pairs; the slots that are passed over keep what they were
            case .copyAdd64:
                r[at.destination] = r[at.source] &+ r[at.operand]
                at.step(observer)
            case .copySub64:
                r[at.destination] = r[at.source] &- r[at.operand]
                at.step(observer)
            case .copyXor64:
                r[at.destination] = r[at.source] ^ r[at.operand]
                at.step(observer)
            case .copyOr64:
                r[at.destination] = r[at.source] | r[at.operand]
                at.step(observer)
            case .copyAnd64:
                r[at.destination] = r[at.source] & r[at.operand]
                at.step(observer)
            case .copyAdd64K:
                r[at.destination] = r[at.source] &+ at.constant
                at.step(observer)
            case .copyAnd64K:
                r[at.destination] = r[at.source] & at.constant
                at.step(observer)
            case .copyMul64K:
                r[at.destination] = r[at.source] &* at.constant
                at.step(observer)
            case .copyLsh64K:
                r[at.destination] = r[at.source] &<< at.constant
                at.step(observer)
            case .copyRsh64K:
                r[at.destination] = r[at.source] &>> at.constant
                at.step(observer)
            case .copyAdd32:
                r[low: at.destination] = r[low: at.source] &+ r[low: at.operand]
                at.step(observer)
            case .copySub32:
                r[low: at.destination] = r[low: at.source] &- r[low: at.operand]
                at.step(observer)
            case .copyXor32:
                r[low: at.destination] = r[low: at.source] ^ r[low: at.operand]
                at.step(observer)
            case .copyOr32:
                r[low: at.destination] = r[low: at.source] | r[low: at.operand]
                at.step(observer)
            case .copyMul32:
                r[low: at.destination] = r[low: at.source] &* r[low: at.operand]
                at.step(observer)
            case .copyAdd32K:
                r[low: at.destination] = r[low: at.source] &+ at.constant32
                at.step(observer)
            case .copyAnd32K:
                r[low: at.destination] = r[low: at.source] & at.constant32
                at.step(observer)
            case .copyLsh32K:
                r[low: at.destination] = r[low: at.source] &<< at.constant32
                at.step(observer)
            case .copyRsh32K:
                r[low: at.destination] = r[low: at.source] &>> at.constant32
                at.step(observer)
            case .shiftOr32:
                r[low: at.destination] = r[low: at.destination] &<< at.constant32 | r[low: at.operand]
                at.step(observer)
            case .copyShiftOr32:
                r[low: at.destination] = r[low: at.source] &<< at.constant32 | r[low: at.operand]
                at.step(observer)
                at.step(observer)
            case .add64KThenJumpLess64:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] < r[at.source]) else { break running }
                continue
            case .add64KThenJumpLessEqual64:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] <= r[at.source]) else { break running }
                continue
            case .add64KThenJumpGreater64:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] > r[at.source]) else { break running }
                continue
            case .add64KThenJumpNotEqual64:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] != r[at.source]) else { break running }
                continue
            case .add64KThenJumpNotEqual64K:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] != at.constant) else { break running }
                continue
            case .add64KThenJumpEqual64K:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] == at.constant) else { break running }
                continue
            case .add64KThenJumpLess64K:
                r[at.destination] &+= at.constant
                at.step(observer)
                guard at.branch(if: r[at.destination] < at.constant) else { break running }
                continue
            case .add32KThenJumpEqual32K:
                r[low: at.destination] &+= at.constant32
                at.step(observer)
                guard at.branch(if: r[low: at.destination] == at.constant32) else { break running }
                continue
            case .add32KThenJumpNotEqual32K:
                r[low: at.destination] &+= at.constant32
                at.step(observer)
                guard at.branch(if: r[low: at.destination] != at.constant32) else { break running }
                continue
            case .and32KThenJumpEqual32K:
                r[low: at.destination] &= at.constant32
                at.step(observer)
                guard at.branch(if: r[low: at.destination] == at.constant32) else { break running }
                continue
            case .and32KThenJumpNotEqual32K:
                r[low: at.destination] &= at.constant32
                at.step(observer)
                guard at.branch(if: r[low: at.destination] != at.constant32) else { break running }
                continue
            case .mov64KThenJumpEqual32K:
                r[at.destination] = at.constant
                at.step(observer)
                guard at.branch(if: r[low: at.destination] == at.constant32) else { break running }
                continue
            case .mov64KThenJumpNotEqual32K:
                r[at.destination] = at.constant
                at.step(observer)
                guard at.branch(if: r[low: at.destination] != at.constant32) else { break running }
                continue
            case .mov64KThenJumpGreater32:
                r[at.destination] = at.constant
                at.step(observer)
                guard at.branch(if: r[low: at.destination] > r[low: at.source]) else { break running }
                continue
            case .load8ThenJumpEqual32K:
                let value = try memory.load(UInt8.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: UInt32(value) == at.constant32) else { break running }
                continue
            case .load8ThenJumpNotEqual32K:
                let value = try memory.load(UInt8.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: UInt32(value) != at.constant32) else { break running }
                continue
            case .load16ThenJumpEqual32K:
                let value = try memory.load(UInt16.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: UInt32(value) == at.constant32) else { break running }
                continue
            case .load16ThenJumpNotEqual32K:
                let value = try memory.load(UInt16.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: UInt32(value) != at.constant32) else { break running }
                continue
            case .load32ThenJumpEqual32K:
                let value = try memory.load(UInt32.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: value == at.constant32) else { break running }
                continue
            case .load32ThenJumpNotEqual32K:
                let value = try memory.load(UInt32.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: value != at.constant32) else { break running }
                continue
            case .load64ThenJumpEqual64K:
                let value = try memory.load(UInt64.self, at, r)
                r[at.destination] = value
                at.step(observer)
                guard at.branch(if: value == at.constant) else { break running }
                continue
            case .load64ThenJumpNotEqual64K:
                let value = try memory.load(UInt64.self, at, r)
                r[at.destination] = value
                at.step(observer)
                guard at.branch(if: value != at.constant) else { break running }
                continue
            case .load8ThenJumpSignedGreater32K:
                let value = try memory.load(UInt8.self, at, r)
                r[at.destination] = UInt64(value)
                at.step(observer)
                guard at.branch(if: Int32(value) > Int32(bitPattern: at.constant32)) else { break running }
                continue
            case .load16ThenSwap16:
                r[at.destination] = UInt64(try memory.load(UInt16.self, at, r).byteSwapped)
                at.step(observer)
            case .load32ThenSwap32:
                r[at.destination] = UInt64(try memory.load(UInt32.self, at, r).byteSwapped)
                at.step(observer)
            case .load16ThenAdd64:
                r[at.destination] = UInt64(try memory.load(UInt16.self, at, r))
                at.step(observer)
                r[at.destination] &+= r[at.source]
            case .mov64ThenMov64:
                r[at.destination] = r[at.source]
                at.step(observer)
                r[at.destination] = r[at.source]
            case .add64ThenMov64:
                r[at.destination] &+= r[at.source]
                at.step(observer)
                r[at.destination] = r[at.source]
            case .add64ThenAdd64K:
                r[at.destination] &+= r[at.source]
                at.step(observer)
                r[at.destination] &+= at.constant
            case .xor64ThenMov64:
                r[at.destination] ^= r[at.source]
                at.step(observer)
                r[at.destination] = r[at.source]
            case .xor32ThenSub32:
                r[low: at.destination] ^= r[low: at.source]
                at.step(observer)
                r[low: at.destination] &-= r[low: at.source]
            case .jumpEqual64KThenJump:
                if r[at.destination] != at.constant { at.step(observer) }
                guard at.jump() else { break running }
                continue
            case .jumpEqual32KThenJumpEqual32K:
                if r[low: at.destination] == at.constant32 {
                    guard at.jump() else { break running }
                    continue
                }
                at.step(observer)
                guard at.branch(if: r[low: at.destination] == at.constant32) else { break running }
                continue
            case .jumpSignedGreater32KThenJumpEqual32K:
                if r[lowSigned: at.destination] > Int32(bitPattern: at.constant32) {
                    guard at.jump() else { break running }
                    continue
                }
                at.step(observer)
                guard at.branch(if: r[low: at.destination] == at.constant32) else { break running }
                continue
            }
            at.advance()
        }
        throw environment.fault(.budgetExhausted, at)
    }

    /// Hands the rest of the budget back to the helper or the caller, and R0 with it.
    @inline(__always)
    private static func leave(_ at: Cursor, _ r: Registers, _ environment: ExecutionEnvironment) -> UInt64 {
        unsafe environment.state.pointee.remainingJumps = at.remainingJumps
        return r[0]
    }
}
