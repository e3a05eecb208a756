/** Reads what the protocol of Kafka has, one after the other. */
export class Bytes {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  static i16(value: number): Buffer {
    const bytes = Buffer.alloc(2)
    bytes.writeInt16BE(value)
    return bytes
  }

  i8(): number {
    return this.#bytes.readInt8(this.#move(1))
  }

  i16(): number {
    return this.#bytes.readInt16BE(this.#move(2))
  }

  i32(): number {
    return this.#bytes.readInt32BE(this.#move(4))
  }

  i64(): bigint {
    return this.#bytes.readBigInt64BE(this.#move(8))
  }

  /** Empty, too, if there is none. */
  text(): string {
    const length = Math.max(0, this.i16())
    return this.#take(length).toString()
  }

  texts(): readonly string[] {
    return this.list(() => this.text())
  }

  list<T>(read: () => T): readonly T[] {
    return Array.from({ length: this.i32() }, read)
  }

  bytes(): Buffer {
    return this.#take(this.i32())
  }

  varint(): number {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = BigInt(this.#bytes.readUInt8(this.#move(1)))
      value |= (byte & 0x7fn) << shift
      if (byte < 0x80n) break
      shift += 7n
    }
    return Number((value >> 1n) ^ -(value & 1n))
  }

  varBytes(): Buffer | undefined {
    const length = this.varint()
    return length < 0 ? undefined : this.#take(length)
  }

  rest(): Buffer {
    return this.#take(this.#bytes.length - this.#at)
  }

  skip(length: number): void {
    this.#move(length)
  }

  #take(length: number): Buffer {
    const from = this.#move(length)
    return this.#bytes.subarray(from, from + length)
  }

  #move(length: number): number {
    const from = this.#at
    if (length < 0 || from + length > this.#bytes.length) throw new Error('bytes are missing')
    this.#at += length
    return from
  }
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function text(value: string): Buffer {
  return Buffer.concat([Bytes.i16(Buffer.byteLength(value)), Buffer.from(value)])
}
