import type { AgentManifest } from '../../packaging/manifest.ts'
import type { Command, Options } from '../command.ts'
import { GLOBAL_OPTIONS, INSTALLED_COMMANDS } from '../commands.ts'
import { EXIT_CODES, withOwnFiles } from './help.ts'

/** The manual page, man(7), of an installed agent. Its commands are those of the framework. */
export function manPage(manifest: AgentManifest): string {
  return withOwnFiles(pageOf(manifest), manifest)
}

function pageOf({ name, version, description, homepage }: AgentManifest): string {
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
  'A host agent. It reads its configuration, opens everything that needs privileges, installs a seccomp ' +
    'filter on all of its threads, and only then starts its beats. Their events go to one output.',
  'systemd runs the agent; use the command to inspect its configuration and its filter.',
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
    item(`/etc/${name}/${name}.d/`, 'more of it: its .yml files, in the order of their names'),
    item(`/etc/${name}/${name}.reference.yml`, 'every setting with its default'),
    item(`/etc/${name}/credentials/`, `the values of $\{credential:NAME}, one file each`),
    item(`/var/lib/${name}/`, "the agent's data: its identity and the state of its beats"),
    item(`/var/log/${name}/`, 'its log, if it goes to files'),
  ].join('\n')
}

function section(title: string, body: string): string {
  return `.SH ${title}\n${body}`
}

function item(term: string, meaning: string): string {
  return `.TP\n\\fB${text(term)}\\fR\n${text(meaning)}`
}

/** Escapes characters that roff would interpret, and replaces those that not every terminal has. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^([.'])/gm, '\\&$1')
}
