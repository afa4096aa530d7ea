"""A Modbus TCP device by python3-pymodbus: one float in four word orders, integers, bits, a hole.

Usage: pymodbus_server.py PORT.  Register 100 counts up every 200 ms, so that a poller is seen to
read afresh.  Prints `ready` when it listens."""
import asyncio
import struct
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartAsyncTcpServer

FLOAT = struct.unpack(">HH", struct.pack(">f", 95.25))


def swap(word):
    return ((word & 0xFF) << 8) | (word >> 8)


def registers():
    a, b = FLOAT
    block = {
        0: a, 1: b,                    # ABCD
        2: b, 3: a,                    # CDAB
        4: swap(a), 5: swap(b),        # BADC
        6: swap(b), 7: swap(a),        # DCBA
        8: 0xFF85,                     # i16: -123, factor 0.1
        9: 0xFFFE, 10: 0x1DC0,         # i32: -123456
        11: 0x0001, 12: 0xE240,        # u32: 123456
        13: 0b1010,                    # bits
        14: 0x1234,                    # bcd16: 1234
        15: 0x7FC0, 16: 0x0000,        # f32 NaN
        100: 0,
    }
    for i, word in enumerate(struct.unpack(">HHHH", struct.pack(">d", 123456.789))):
        block[20 + i] = word
    return block


async def main(port):
    # zero_mode: the block's address 0 is the wire's address 0
    holding = ModbusSparseDataBlock(registers())
    slave = ModbusSlaveContext(
        di=ModbusSparseDataBlock({0: 1, 1: 0}), co=ModbusSparseDataBlock({0: 0, 1: 1}),
        hr=holding, ir=ModbusSparseDataBlock({0: 4711}), zero_mode=True)
    context = ModbusServerContext(slaves={7: slave}, single=False)

    async def count():
        n = 0
        while True:
            n = (n + 1) % 60000
            holding.setValues(100, [n])
            await asyncio.sleep(0.2)

    asyncio.get_running_loop().create_task(count())
    asyncio.get_running_loop().call_later(0.5, lambda: print("ready", flush=True))
    await StartAsyncTcpServer(context=context, address=("127.0.0.1", port))


asyncio.run(main(int(sys.argv[1])))
