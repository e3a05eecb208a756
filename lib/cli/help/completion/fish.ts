import type { Command, Options } from '../../command.ts'
import { GLOBAL_OPTIONS } from '../../commands.ts'
import {
  byPrefix,
  isFile,
  prefixes,
  quoted,
  takesValue,
  takingFiles,
  typedOptions,
} from './words.ts'

/** Fish completion: commands and options with what they are for, and files where one is taken. */
export function fishCompletion(name: string, commands: readonly Command[]): string {
  const at = `__fish_${name.replaceAll('-', '_')}_at`
  const after = (prefix: string) => `complete -c ${name} -n ${quoted(`${at} ${quoted(prefix)}`)}`
  const words = [...byPrefix(commands)].flatMap(([prefix, found]) =>
    found.map(({ word, doc }) => `${after(prefix)} -a ${word} -d ${quoted(doc)}`),
  )
  const options = commands.flatMap(({ words: own, options: its }) =>
    optionLines(after(own.join(' ')), its),
  )
  return `# fish completion for ${name}
function ${at}
    set -l prefix ''
    set -l value ''
    set -l tokens (commandline -opc)
    set -e tokens[1]
    for word in $tokens
        if test -n "$value"
            set value ''
            continue
        end
        if contains -- $word ${typedOptions(commands, takesValue).join(' ')}
            set value yes
            continue
        end
        set -l next (string trim -- "$prefix $word")
        if contains -- $next ${prefixes(commands).map(quoted).join(' ')}
            set prefix $next
        end
    end
    test "$prefix" = "$argv[1]"
end
complete -c ${name} -f
${[...words, ...takingFiles(commands).map(prefix => `${after(prefix)} -F`)].join('\n')}
${[...options, ...optionLines(`complete -c ${name}`, GLOBAL_OPTIONS)].join('\n')}
`
}

function optionLines(begin: string, options: Options): readonly string[] {
  return Object.entries(options).map(([name, { short, value = '', doc }]) => {
    const takes = takesValue(value) ? (isFile(value) ? ' -r -F' : ' -x') : ''
    return `${begin}${short ? ` -s ${short}` : ''} -l ${name}${takes} -d ${quoted(doc)}`
  })
}
