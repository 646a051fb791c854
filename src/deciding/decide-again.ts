import type { Context } from '../calls/context.ts';
import { Refusal } from '../contract/errors.ts';
import { testRules } from '../core/rules/evaluate-rules.ts';
import { historyKey } from '../core/rules/history-question.ts';
import type { Tested } from '../core/rules/possible-outcome.ts';
import { readsOf } from '../core/rules/reads-of.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import { UNKNOWN } from '../core/rules/value.ts';
import { openTurns, TurnsBusy } from '../runtime/turns.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { pastEvidence } from './past-evidence.ts';
import type { PastBasis } from './past-evidence.ts';

// Deciding many again takes a whole core for seconds, so one at a time; tenants take turns.
const turns = openTurns({ placesMax: 1, waitingMax: 8 });

/** Waits for the turn of the tenant to decide again what is past. @throws {Refusal} `too_many_requests` if too many wait for it */
export async function inTurn<Result>(tenantId: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await turns.run(tenantId, work);
  } catch (error) {
    if (!(error instanceof TurnsBusy)) throw error;
    throw new Refusal('too_many_requests', 'Others are trying rules out now. Wait.', 5);
  }
}

/** A past action, tested by rules that may differ from those that decided it. */
interface TestedAgain extends Tested {
  readonly basis: PastBasis;
  /** What the undetermined rules read and nobody recorded: facts and keys of questions. */
  readonly lacking: ReadonlySet<string>;
}

/** Tests a past action. `decidedBy` is the rule set that decided, if it is at hand; `reads` are what each rule reads. */
export function testAgain(
  context: Pick<Context, 'enrichment'>,
  tenant: Tenant,
  ruleSet: PublishedAction,
  reads: ReturnType<typeof readsOfRules>,
  action: ActionRow,
  decidedBy: PublishedRuleSet | undefined,
): TestedAgain {
  const basis = pastEvidence(context, tenant, ruleSet, action, decidedBy);
  const truths = testRules(ruleSet.compiled, basis.evidence);
  const undetermined = new Set<number>();
  const lacking = new Set<string>();
  for (const [at, truth] of truths.entries()) {
    if (truth !== UNKNOWN) continue;
    for (const name of reads[at] ?? []) {
      if (!basis.unrecordedPaths.has(name) && !basis.unrecordedQuestions.has(name)) continue;
      undetermined.add(at);
      lacking.add(name);
    }
  }
  return {
    basis,
    truths,
    undetermined,
    lacking,
    action: ruleSet.action,
    user: basis.user,
    awaited: basis.evidence.awaited,
  };
}

/** What each rule reads: paths of facts, and keys of questions. */
export function readsOfRules({ compiled }: PublishedAction): readonly (readonly string[])[] {
  return compiled.rules.map(({ condition }) =>
    condition === null
      ? []
      : readsOf(condition).map((read) => (read.kind === 'history' ? historyKey(read.question) : read.path)),
  );
}
