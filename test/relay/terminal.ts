import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { needsLinux, skip } from '../live.ts'

/** A terminal of root, with a shell on it. script(1) makes it, and types what it reads from its own input. */
export class Terminal {
  readonly #script: ChildProcess
  #text = ''

  constructor(commands: string, env: Readonly<Record<string, string>> = {}) {
    // The shell itself goes on after Ctrl-C and Ctrl-\, as an interactive one would.
    const args = ['-qec', `trap : INT QUIT; ${commands}`, '/dev/null']
    this.#script = spawn('script', args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_V8_COVERAGE: undefined, SHELL: '/bin/sh', ...env },
    })
    this.#script.stdout?.setEncoding('utf8').on('data', text => (this.#text += text))
  }

  type(keys: string): void {
    this.#script.stdin?.write(keys)
  }

  /** Waits up to 20 s until it shows that; returns all that it has shown. */
  async shows(what: RegExp): Promise<string> {
    for (let tries = 0; tries < 400; tries++) {
      if (what.test(this.#text)) return this.#text
      await pause(50)
    }
    this.#script.kill()
    throw new Error(`not within 20 s: ${what}\n${this.#text}`)
  }

  /** All that it has shown, once the shell has ended. */
  async ended(): Promise<string> {
    if (this.#script.exitCode === null) await once(this.#script, 'close')
    return this.#text.replaceAll('\r\n', '\n')
  }
}

/** A user of every distribution, with a group of the same name. */
export const USER = 'daemon'

/** For `before(needsTerminal)`: skips without root, script(1), perl or what the relay takes. */
export function needsTerminal(this: Mocha.Context): void {
  needsLinux.call(this)
  if (process.getuid?.() !== 0) skip(this, 'not root')
  for (const program of ['script', 'setpriv', 'perl', '/usr/bin/perl']) {
    if (spawnSync('which', [program]).status !== 0) skip(this, `${program} not installed`)
  }
  const as = ['--reuid', USER, '--regid', USER, '--clear-groups', process.execPath, '--version']
  if (spawnSync('setpriv', as).status !== 0) skip(this, `${USER} may not run this Node`)
}

/** Whether this kernel lets programs without privileges type (Linux 6.2). */
export function letsType(): boolean {
  try {
    return readFileSync('/proc/sys/dev/tty/legacy_tiocsti', 'utf8').trim() === '1'
  } catch {
    return true
  }
}

/** ioctl(2), asm-generic/ioctls.h. */
const TIOCSTI = 0x5412

/**
 * What code of the agent's user tries on root's terminal: it reads a line from each descriptor that is one, and from
 * /dev/tty, and then types one. Prints what it got.
 */
export const ATTACK = `
use POSIX ();
sub try_on {
  my ($name, $terminal) = @_;
  print "terminal: $name\\n";
  my $ready = ""; vec($ready, fileno($terminal), 1) = 1;
  return unless select($ready, undef, undef, 2);
  sysread($terminal, my $line, 100);
  print "read: $line";
  for my $key (split //, "typed by the agent\\n") { ioctl($terminal, ${TIOCSTI}, $key) or last }
  POSIX::_exit(0);
}
$| = 1;
for my $fd (0 .. 63) {
  next unless POSIX::isatty($fd);
  open(my $terminal, "+<&=", $fd) or next;
  try_on($fd, $terminal);
}
open(my $terminal, "+<", "/dev/tty") and try_on("/dev/tty", $terminal);
print "no terminal\\n";
POSIX::_exit(0);
`
