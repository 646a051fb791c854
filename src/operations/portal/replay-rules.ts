import { replayRules as route } from '../../contract/portal/rule-sets.ts';
import { replayActions } from '../../deciding/replay-actions.ts';
import { readsLists, triedRuleSet } from '../../deciding/tried-rule-set.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const replayRules = operation(route, async (context, { caller: { tenant }, params, body }) => {
  const ruleSet = await triedRuleSet(context, tenant, params.actionCode, body.which);
  const replay = await replayActions(context, tenant, ruleSet);
  const count = (isSame: boolean) =>
    replay.pairs.filter(({ was, now }) => (was === now) === isSame).reduce((sum, pair) => sum + pair.count, 0);
  return {
    considered: replay.considered,
    same: count(true),
    different: count(false),
    cannotSay: replay.cannotSay,
    computedAgain: replay.computedAgain,
    isCutShort: replay.isCutShort,
    ...(replay.fromMs === undefined ? {} : { from: wireTime(replay.fromMs) }),
    matrix: replay.pairs.map(({ examples, ...pair }) => ({
      ...pair,
      examples: examples.map(({ actionId, userId, createdAt }) => ({
        actionId,
        userId,
        createdAt: wireTime(createdAt),
      })),
    })),
    unknownReads: [...replay.unknownReads],
    computedFacts: [...replay.computedFacts],
    namesLists: readsLists(ruleSet),
  };
});
