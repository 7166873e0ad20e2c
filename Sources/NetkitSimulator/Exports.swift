// What a test author needs, under one import.
@_exported public import BPFInstructionSet
@_exported public import BPFObjectFile
@_exported public import Datapath
@_exported public import HostModel
@_exported public import KernelControl
@_exported public import LinuxABI
@_exported public import PacketModel
@_exported public import ScenarioKit
@_exported public import SimulationCore
@_exported public import Trace
