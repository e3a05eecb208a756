import Mocha from 'mocha'

/** Mocha's spec reporter, followed by a summary line that any tool can parse. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    runner.on('fail', test => {
      // An error outside of the tests comes from a process of parallel runs without it, and would end this one.
      if (typeof test.titlePath !== 'function') test.titlePath = () => [test.title]
    })
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      console.log(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ''}`)
    })
  }
}
