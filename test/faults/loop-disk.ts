import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../outputs/folder.ts'

/** The ioctl by which ext4 gives up at once, without writing its journal: as if the power were cut. */
const CUT = `import fcntl, os, struct, sys
EXT4_IOC_SHUTDOWN, NOLOGFLUSH = 0x8004587D, 2
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), EXT4_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))`

/**
 * An ext4 of its own in a file, which loses what was not synced when its power is cut. The disk below it keeps what
 * it was given, and in that order: a disk that lies about its cache is not among what this can try.
 */
export class LoopDisk {
  readonly path: string
  #image: string
  readonly #folder: ReturnType<typeof temporaryFolder>

  private constructor(folder: ReturnType<typeof temporaryFolder>) {
    this.#folder = folder
    this.path = join(folder.path, 'disk')
    this.#image = join(folder.path, 'image')
  }

  /** Undefined where this user may not mount one, or Python or mkfs is not there. */
  static create(megabytes: number): LoopDisk | undefined {
    const folder = temporaryFolder()
    const disk = new LoopDisk(folder)
    try {
      mkdirSync(disk.path)
      writeFileSync(disk.#image, '')
      truncateSync(disk.#image, megabytes * 2 ** 20)
      run('mkfs.ext4', '-q', '-F', disk.#image)
      run('python3', '-c', 'import fcntl')
      disk.mount()
      return disk
    } catch {
      folder.remove()
      return undefined
    }
  }

  mount(): void {
    run('mount', '-o', 'loop', this.#image, this.path)
  }

  /**
   * Begins anew with what is on the disk. It is a copy: some other namespace may still have the old one mounted, and
   * the kernel would go on with that.
   */
  restart(): void {
    const copy = `${this.#image}+`
    run('umount', '-l', this.path)
    run('cp', '--sparse=always', this.#image, copy)
    rmSync(this.#image)
    this.#image = copy
    this.mount()
  }

  /** From now on nothing reaches the disk, and every call fails. */
  cutPower(): void {
    run('python3', '-c', CUT, this.path)
  }

  /**
   * Nothing is written any more until it is thawed: whoever writes hangs, and can't be killed. So it is thawed after
   * a while in any case.
   */
  freeze(): void {
    const thaw = ['-c', 'sleep 15; fsfreeze -u "$0"', this.path]
    spawn('sh', thaw, { stdio: 'ignore', detached: true }).unref()
    run('fsfreeze', '-f', this.path)
  }

  thaw(): void {
    run('fsfreeze', '-u', this.path)
  }

  remove(): void {
    run('umount', '-l', this.path)
    this.#folder.remove()
  }
}

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'ignore' })
}
