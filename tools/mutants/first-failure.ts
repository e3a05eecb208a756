import type Mocha from 'mocha'

/** A reporter that ends the process at the first failure, as a mutant may leave timers or handles open. */
export default class FirstFailure {
  constructor(runner: Mocha.Runner) {
    runner.once('fail', () => process.exit(1))
  }
}
