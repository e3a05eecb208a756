import type {
  BranchConfig,
  ConditionConfig,
  ProcessorConfig,
  StepConfig,
} from '../../config/config.ts'
import type { Report } from '../../errors.ts'
import type {
  ConfiguredBranch,
  ConfiguredCondition,
  ConfiguredProcessor,
  ConfiguredStep,
} from '../plan.ts'
import { configurePlugin, type Loading } from './configure-plugin.ts'
import { isBuiltin } from './load.ts'

/** Loads the processors of a list and parses its conditions; leaves out those with a problem. */
export async function configureSteps(
  configs: readonly StepConfig[],
  loading: Loading,
): Promise<readonly ConfiguredStep[]> {
  const steps = configs.map(config =>
    'condition' in config ? configureBranch(config, loading) : configureProcessor(config, loading),
  )
  return (await Promise.all(steps)).filter(step => step !== undefined)
}

async function configureProcessor(
  config: ProcessorConfig,
  loading: Loading,
): Promise<ConfiguredProcessor | undefined> {
  const [processor, when] = await Promise.all([
    configurePlugin('processor', config, loading),
    config.when && configureCondition(config.when, loading.report),
  ])
  const builtin = isBuiltin('processor', config.type)
  return processor && { ...processor, builtin, ...(when && { when }) }
}

async function configureBranch(
  { path, condition: written, ...lists }: BranchConfig,
  loading: Loading,
): Promise<ConfiguredBranch | undefined> {
  const [condition, ifTrue, ifFalse] = await Promise.all([
    configureCondition(written, loading.report),
    configureSteps(lists.ifTrue, loading),
    configureSteps(lists.ifFalse, loading),
  ])
  return condition && { kind: 'branch', path, condition, ifTrue, ifFalse }
}

async function configureCondition(
  { path, written }: ConditionConfig,
  report: Report,
): Promise<ConfiguredCondition | undefined> {
  // Most configurations have none.
  const { parseCondition } = await import('../../conditions/parse-lazily.ts')
  const holds = await parseCondition(written, path, report)
  return holds && { written, holds }
}
