// A Modbus TCP device under the test's hand: npm modbus-serial answering from an array.
import ModbusRTU from "modbus-serial";

export class Device {
  readonly port: number;
  readonly registers: Uint16Array;
  /** Called with the time at which a register was read. */
  onRead: (register: number, timeMs: number) => void = () => undefined;
  private readonly server: InstanceType<typeof ModbusRTU.ServerTCP>;

  constructor(port: number, registers: number) {
    this.port = port;
    this.registers = new Uint16Array(registers);
    const read = (register: number): Promise<number> => {
      const value = this.registers[register];
      if (value === undefined) return Promise.reject({ modbusErrorCode: 0x02 });
      this.onRead(register, performance.timeOrigin + performance.now());
      return Promise.resolve(value);
    };
    this.server = new ModbusRTU.ServerTCP({ getHoldingRegister: read }, { host: "127.0.0.1", port, unitID: 1 });
  }

  close(): void {
    this.server.close(() => undefined);
  }
}
