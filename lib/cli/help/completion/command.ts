import type { ExitCode } from '../../../agent/process/exit.ts'
import type { Command, Run } from '../../command.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** Where a shell looks for it by itself. */
const DETAILS: Readonly<Record<Shell, string>> = {
  bash: `In this shell: source <(NAME completion bash)
In every shell: write it to ~/.local/share/bash-completion/completions/NAME`,
  zsh: `In this shell, after compinit: source <(NAME completion zsh)
In every shell: write it to a file _NAME in a folder of $fpath`,
  fish: `In this shell: NAME completion fish | source
In every shell: write it to ~/.config/fish/completions/NAME.fish`,
}

export const COMPLETION_COMMANDS: readonly Command[] = SHELLS.map(shell => ({
  words: ['completion', shell],
  summary: `print the completion of commands and options for ${shell}`,
  details: `${DETAILS[shell]}
NAME is the name of this command. Packages of agents have the completions installed.`,
  options: {},
  load: () => load(shell),
}))

async function load(shell: Shell): Promise<Run> {
  const { completionFor } = await import('./shells.ts')
  const { withOwnFiles } = await import('../help.ts')
  const { print } = await import('../../print.ts')
  return async ({ program }): Promise<ExitCode> => {
    await print(withOwnFiles(completionFor[shell](program.name, program.commands), program))
    return 0
  }
}
