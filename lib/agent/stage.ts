/** The stages of an agent's life, in order: docs/architecture.md draws them. */
export type Stage = 'configure' | 'open' | 'sandbox' | 'run' | 'close'
