import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import {
  executableFolders,
  keepLateLibraries,
  nameServiceLibraries,
} from '../../lib/sandbox/native-libraries.ts'
import { needsLinux, skip } from '../live.ts'

describe('native libraries that are loaded late', () => {
  it('are those of the services that are asked for hosts, ports, users and groups', () => {
    const nsswitch = `# hosts: comment
passwd:         files systemd
group:\tfiles [SUCCESS=merge] systemd
shadow: files shadowy
hosts: files mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns # last
services: db files`
    expect(nameServiceLibraries(nsswitch)).to.deep.equal([
      'libnss_files.so.2',
      'libnss_systemd.so.2',
      'libnss_mdns4_minimal.so.2',
      'libnss_resolve.so.2',
      'libnss_dns.so.2',
      'libnss_db.so.2',
    ])
  })

  it('have plain names, and there are not many of them', () => {
    expect(nameServiceLibraries('hosts: ../x a/b $x .. -x')).to.deep.equal([])
    const many = Array.from({ length: 100 }, (_, at) => `s${at}`).join(' ')
    expect(nameServiceLibraries(`hosts: ${many}`)).to.have.lengthOf(32)
    expect(nameServiceLibraries('')).to.deep.equal([])
  })

  it('are loaded where they exist, and passed over where they don’t', function () {
    needsLinux.call(this)
    const [unwinding, ...services] = keepLateLibraries('/nowhere')
    expect([unwinding, services]).to.deep.equal(['libgcc_s.so.1', []])
  })
})

describe('folders from which code can be loaded', () => {
  before(function () {
    needsLinux.call(this)
    if (process.getuid?.() !== 0) skip(this, 'only root can mount')
  })

  /** Asks in a mount namespace of its own, in which /mnt is a file system with these options. */
  function askedWith(options: string, ...folders: readonly string[]): readonly string[] {
    const library = new URL('../../lib/sandbox/native-libraries.js', import.meta.url).href
    const script = `import { executableFolders } from ${JSON.stringify(library)}
console.log(JSON.stringify(executableFolders(${JSON.stringify(folders)})))`
    const mounted = `mount -t tmpfs -o ${options} none /mnt && exec "$@"`
    const asking = [process.execPath, '--input-type=module', '-e', script]
    const args = ['--mount', 'sh', '-c', mounted, 'sh', ...asking]
    return JSON.parse(spawnSync('unshare', args, { encoding: 'utf8' }).stdout)
  }

  it('are those whose file system is not mounted with noexec, also below it', () => {
    const [mounted, below] = ['/mnt', '/mnt/still/to/be/made']
    expect(askedWith('rw', mounted, below)).to.deep.equal([mounted, below])
    expect(askedWith('rw,noexec', mounted, below)).to.deep.equal([])
  })

  it('are none that can’t be asked about', () => {
    expect(executableFolders(['/proc/self/exe/below'])).to.deep.equal([])
  })
})
