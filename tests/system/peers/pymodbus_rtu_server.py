"""Modbus RTU devices by python3-pymodbus, on a serial port or over TCP.

Usage: pymodbus_rtu_server.py tcp PORT | serial PATH.  Units 1, 2 and 17 answer, every other is
silent.  Prints `ready` when it listens."""
import asyncio
import struct
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer


def swap(word):
    return ((word & 0xFF) << 8) | (word >> 8)


def registers(unit):
    a, b = struct.unpack(">HH", struct.pack(">f", 95.25))
    block = {0: a, 1: b, 2: b, 3: a, 4: swap(a), 5: swap(b), 6: swap(b), 7: swap(a), 8: unit,
             9: 0xFFFE, 10: 0x1DC0, 11: 0x1234}
    for i, word in enumerate(struct.unpack(">HHHH", struct.pack(">q", -5000000000))):
        block[12 + i] = word
    return block


def slave(unit):
    return ModbusSlaveContext(
        di=ModbusSparseDataBlock({0: 1, 1: 0}), co=ModbusSparseDataBlock({0: 0, 1: 1}),
        hr=ModbusSparseDataBlock(registers(unit)), ir=ModbusSparseDataBlock({0: 4711}),
        zero_mode=True)


async def main(mode, where):
    context = ModbusServerContext(slaves={u: slave(u) for u in (1, 2, 17)}, single=False)
    asyncio.get_running_loop().call_later(0.5, lambda: print("ready", flush=True))
    if mode == "serial":
        await StartAsyncSerialServer(context=context, framer=ModbusRtuFramer, port=where,
                                     baudrate=19200, ignore_missing_slaves=True,
                                     autoreconnect=True)
    else:
        await StartAsyncTcpServer(context=context, framer=ModbusRtuFramer,
                                  address=("127.0.0.1", int(where)), ignore_missing_slaves=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2]))
