import { deepStrictEqual } from 'node:assert'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Phase } from './phase.ts'

export const compression: Phase = {
  name: 'compression',
  async run() {
    const text = Buffer.from('compression '.repeat(50_000))
    const pairs = [
      [zlib.gzip, zlib.gunzip],
      [zlib.deflate, zlib.inflate],
      [zlib.brotliCompress, zlib.brotliDecompress],
    ] as const
    for (const [pack, unpack] of pairs) {
      deepStrictEqual(await promisify(unpack)(await promisify<Buffer, Buffer>(pack)(text)), text)
    }
    deepStrictEqual(zlib.gunzipSync(zlib.gzipSync(text)), text)
    const packed = Readable.from([text]).pipe(zlib.createGzip())
    deepStrictEqual(await buffer(packed.pipe(zlib.createGunzip())), text)
    await zstandard(text)
  },
}

/** Node 22.15 and later. */
async function zstandard(text: Buffer): Promise<void> {
  const { zstdCompress, zstdDecompress } = zlib as unknown as {
    readonly [name: string]: typeof zlib.gzip | undefined
  }
  if (!zstdCompress || !zstdDecompress) return
  const packed = await promisify<Buffer, Buffer>(zstdCompress)(text)
  deepStrictEqual(await promisify<Buffer, Buffer>(zstdDecompress)(packed), text)
}
