/** The rules engine alone, in this process, next to two engines that are installed for comparison only. */
import { createRequire } from 'node:module';
import { Engine } from 'json-rules-engine';
import type * as CompileRules from '../../src/core/rules/compile-rules.ts';
import type * as EvaluateRules from '../../src/core/rules/evaluate-rules.ts';
import type { Evidence, Rule } from '../../src/core/rules/rule-set.ts';
import type { BenchCase, BenchSettings } from '../bench-case.ts';
import { median } from '../statistics.ts';

const timesFasterMin = 10;
const jsonLogic = createRequire(import.meta.url)('json-logic-js') as { apply(rule: unknown, data: unknown): unknown };

// The built engine, as it runs in production: this file's loader adds work to every closure that it translates.
async function built(path: string): Promise<unknown> {
  return import(new URL(`../../dist/modules/core/rules/${path}`, import.meta.url).href);
}

function logicOf(number: number) {
  return {
    and: [
      { in: [{ var: 'action' }, ['signIn', 'withdrawFunds']] },
      {
        or: [
          { '>': [{ var: 'velocity' }, 10 + number] },
          { and: [{ '==': [{ var: 'isNew' }, true] }, { '>=': [{ var: 'score' }, number] }] },
        ],
      },
      { '!': { in: [{ var: 'country' }, ['NZ', 'AU', 'GB']] } },
      { '<': [{ var: 'amount' }, 5000 + number] },
    ],
  };
}

function engineRuleOf(number: number) {
  return {
    conditions: {
      all: [
        { fact: 'action', operator: 'in', value: ['signIn', 'withdrawFunds'] },
        {
          any: [
            { fact: 'velocity', operator: 'greaterThan', value: 10 + number },
            {
              all: [
                { fact: 'isNew', operator: 'equal', value: true },
                { fact: 'score', operator: 'greaterThanInclusive', value: number },
              ],
            },
          ],
        },
        { fact: 'country', operator: 'notIn', value: ['NZ', 'AU', 'GB'] },
        { fact: 'amount', operator: 'lessThan', value: 5000 + number },
      ],
    },
    event: { type: String(number) },
  };
}

const contexts = Array.from({ length: 64 }, (_, number) => ({
  action: number % 3 === 0 ? 'signIn' : 'withdrawFunds',
  velocity: number % 20,
  isNew: number % 2 === 0,
  score: number,
  country: ['NZ', 'DE', 'FR', 'AU'][number % 4] ?? 'DE',
  amount: number * 100,
}));

type Facts = (typeof contexts)[number];

/** Microseconds for one evaluation of all rules. */
async function measure(settings: BenchSettings, evaluate: (facts: Facts) => unknown): Promise<number> {
  const sliceMs = settings.measureMs / 10;
  let done = 0;
  const startedMs = performance.now();
  while (performance.now() - startedMs < sliceMs) {
    for (const facts of contexts) {
      const result = evaluate(facts);
      if (result instanceof Promise) await result;
    }
    done += contexts.length;
  }
  return ((performance.now() - startedMs) * 1000) / done;
}

export const evaluatorCase: BenchCase = {
  name: 'evaluator',
  title: 'The rules engine alone',
  async run({ settings }) {
    const { compileRules } = (await built('compile-rules.js')) as typeof CompileRules;
    const { evaluateRules } = (await built('evaluate-rules.js')) as typeof EvaluateRules;
    const action = { actionCode: 'signIn', defaultUserActionResult: 'ALLOW' as const };
    const user = { hasUsableAuthenticator: true };
    const noHistory: Evidence['history'] = new Map();

    const rows: string[] = [];
    let timesFaster = Number.NaN;
    for (const count of [1, 20, 100]) {
      const logics = Array.from({ length: count }, (_, number) => logicOf(number));
      const rules = logics.map((conditions, number): Rule => ({
        ruleId: String(number),
        name: `Rule ${number}`,
        isActive: true,
        priority: number,
        type: 'CHALLENGE',
        conditions,
      }));
      const compiled = compileRules({ rules, lists: new Map() });
      const engine = new Engine(logics.map((_, number) => engineRuleOf(number)));
      const ours = (facts: Facts) => evaluateRules(compiled, { facts, history: noHistory }, action, user);
      const theirs = (facts: Facts) => logics.map((logic) => jsonLogic.apply(logic, facts));
      const engines = (facts: Facts) => engine.run(facts);
      for (const facts of contexts) {
        const matched = ours(facts).matchedRuleIds.length;
        const expected = theirs(facts).filter((result) => result === true).length;
        if (matched !== expected) throw new Error('The engines do not agree.');
      }
      const times = { ours: [] as number[], logic: [] as number[], engine: [] as number[] };
      for (let round = 0; round <= settings.rounds; round += 1) {
        const slice = {
          ours: await measure(settings, ours),
          logic: await measure(settings, theirs),
          engine: await measure(settings, engines),
        };
        if (round === 0) continue;
        times.ours.push(slice.ours);
        times.logic.push(slice.logic);
        times.engine.push(slice.engine);
      }
      const ratio = (others: readonly number[]) =>
        median(others.map((other, round) => other / (times.ours[round] ?? Number.NaN)));
      if (count === 100) timesFaster = ratio(times.logic);
      const cells = [
        String(count),
        median(times.ours).toFixed(1),
        median(times.logic).toFixed(1),
        ratio(times.logic).toFixed(1),
        median(times.engine).toFixed(0),
        ratio(times.engine).toFixed(0),
      ];
      rows.push(`| ${cells.join(' | ')} |`);
    }
    return [
      `Microseconds to evaluate all rules on one context, with a whole decision on our side; medians of ${settings.rounds} rounds over ${contexts.length} contexts. All engines agree on every match.`,
      '',
      '| rules | Sallyport µs | json-logic-js µs | times | json-rules-engine µs | times |',
      '| ---: | ---: | ---: | ---: | ---: | ---: |',
      ...rows,
      '',
      `- At 100 rules it is ${timesFaster.toFixed(1)} times as fast as json-logic-js. Target: at least ${timesFasterMin}, ${timesFaster >= timesFasterMin ? 'reached' : '**missed**'}.`,
    ].join('\n');
  },
};
