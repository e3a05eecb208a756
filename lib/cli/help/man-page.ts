import type { AgentManifest } from '../../packaging/manifest.ts'
import type { Command, Options } from '../command.ts'
import { GLOBAL_OPTIONS, INSTALLED_COMMANDS } from '../commands.ts'
import { EXIT_CODES } from './help.ts'

/** man(7), of an agent that is installed: its commands are the framework's. */
export function manPage({ name, version, description, homepage }: AgentManifest): string {
  return [
    `.TH ${name.toUpperCase()} 8 "" "${name} ${version}" "System Administration"`,
    section('NAME', `${text(name)} \\- ${text(description)}`),
    section('SYNOPSIS', `.B ${text(name)}\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR`),
    section('DESCRIPTION', DESCRIPTION.map(text).join('\n.PP\n')),
    section('COMMANDS', INSTALLED_COMMANDS.map(commandEntry).join('\n')),
    section('OPTIONS', options(GLOBAL_OPTIONS)),
    section('EXIT STATUS', EXIT_CODES.map(([code, meaning]) => item(code, meaning)).join('\n')),
    section('FILES', filesOf(name)),
    section(
      'SEE ALSO',
      text(['systemctl(1)', 'seccomp(2)', ...(homepage ? [homepage] : [])].join(', ')),
    ),
    '',
  ].join('\n')
}

const DESCRIPTION = [
  'A host agent. It reads its configuration, opens what needs privilege, puts a seccomp filter over ' +
    'every one of its threads, and only then starts its beats, whose events go to one output.',
  'It is run by systemd; the command is there to look at its configuration and its filter.',
]

function commandEntry({ words, summary, options: own }: Command): string {
  const more = Object.keys(own).length > 0 ? `\n.RS\n${options(own)}\n.RE` : ''
  return `${item(words.join(' '), summary)}${more}`
}

function options(all: Options): string {
  return Object.entries(all)
    .map(([name, { short, value, doc }]) => {
      const typed = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`
      return item(typed, doc)
    })
    .join('\n')
}

function filesOf(name: string): string {
  return [
    item(`/etc/${name}/${name}.yml`, 'the configuration'),
    item(`/etc/${name}/${name}.reference.yml`, 'every setting there is, with its default'),
    item(`/etc/${name}/credentials/`, `what $\{credential:NAME} stands for, a file each`),
    item(`/var/lib/${name}/`, 'what the agent keeps: its identity, the state of its beats'),
    item(`/var/log/${name}/`, 'its log, where it goes to files'),
  ].join('\n')
}

function section(title: string, body: string): string {
  return `.SH ${title}\n${body}`
}

function item(term: string, meaning: string): string {
  return `.TP\n\\fB${text(term)}\\fR\n${text(meaning)}`
}

/** Characters that roff would take for its own, or that not every terminal has. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^([.'])/gm, '\\&$1')
}
