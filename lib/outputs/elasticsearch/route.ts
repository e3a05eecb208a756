// Where an event goes: the index and the pipeline, as they stand in its action. The route is this text, so that
// events that go the same way share it.

import type { Route } from '../../output.ts'
import type { SettingProblem } from '../../plugin.ts'
import { selector } from '../routing/selector.ts'
import type { ElasticsearchSettings } from './settings.ts'

type Selecting = Pick<ElasticsearchSettings, 'index' | 'indices' | 'pipeline' | 'pipelines'>

/** `{"_index":"logs-web","pipeline":"parse"}`; undefined if no rule gives an index. */
export function routeOf(settings: Selecting): Route {
  const { indices, pipelines } = selectorsOf(settings)
  return get => {
    const index = textOf(get('@metadata.raw_index')) ?? indices.select(get)?.toLowerCase()
    if (index === undefined || index === '') return undefined
    const pipeline = textOf(get('@metadata.pipeline')) ?? pipelines.select(get)?.toLowerCase()
    return JSON.stringify({ _index: index, ...(pipeline && { pipeline }) })
  }
}

export function routeProblems(settings: Selecting): readonly SettingProblem[] {
  const { indices, pipelines } = selectorsOf(settings)
  return [...indices.problems, ...pipelines.problems]
}

function selectorsOf({ index, indices, pipeline, pipelines }: Selecting) {
  return {
    indices: selector({ key: 'index', rulesKey: 'indices', single: index, rules: indices }),
    pipelines: selector({
      ...{ key: 'pipeline', rulesKey: 'pipelines', single: pipeline, rules: pipelines },
    }),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
