import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryOf } from '../../api/call.ts';
import type { ActionsPage, Evaluation, ListedAction, RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Notice, OutcomeBadge } from '../../kit/parts.tsx';
import { RuleList } from '../../kit/reasons.tsx';
import { clockTime } from '../../kit/times.ts';
import { useScene } from '../../shell/tenant.tsx';
import { ReplayResult } from './replay-result.tsx';
import { nextRules } from './use-rule-set.ts';

/** The next rules, tried on the latest actions, on one of them, or on facts that one enters. Nothing is stored. */
export function TryOut({ ruleSet }: { readonly ruleSet: RuleSet }) {
  const { may } = useScene();
  const { actionCode, draft, live } = ruleSet;
  const [which, setWhich] = useState<'draft' | 'live'>(draft === undefined ? 'live' : 'draft');
  const [isAsked, setAsked] = useState(false);
  const tried = draft === undefined ? 'live' : which;
  return (
    <section className="TryOut" aria-label="Try out">
      {draft === undefined ? null : (
        <div className="Segments" role="group" aria-label="Which rules">
          {(['draft', 'live'] as const).map((name) => (
            <button key={name} type="button" aria-pressed={which === name} onClick={() => setWhich(name)}>
              {name === 'draft' ? 'The draft' : 'The live rules'}
            </button>
          ))}
        </div>
      )}
      <section className="Card">
        <h2>On the last 1,000 actions</h2>
        {isAsked ? (
          <ReplayResult
            actionCode={actionCode}
            which={tried}
            revision={tried === 'draft' && draft !== undefined ? draft.revision : String(live.version)}
          />
        ) : (
          <>
            <p className="Faint">What was recorded of them is decided again, and the outcomes are compared.</p>
            <Button look="main" onClick={() => setAsked(true)}>
              Try it on them
            </Button>
          </>
        )}
      </section>
      {may('contacts:read') ? (
        <One key={tried} ruleSet={ruleSet} which={tried} />
      ) : (
        <p className="Faint">To try rules on one action or on facts, you need a role that sees contacts.</p>
      )}
    </section>
  );
}

function One({ ruleSet, which }: { readonly ruleSet: RuleSet; readonly which: 'draft' | 'live' }) {
  const { tenant, portal, manage } = useScene();
  const { actionCode } = ruleSet;
  const { defaultOutcome, rules } = which === 'live' ? ruleSet.live : nextRules(ruleSet);
  const [facts, setFacts] = useState('{\n  "custom": {}\n}');
  const [chosen, setChosen] = useState('');
  const [problem, setProblem] = useState<string>();
  const { data } = useQuery({
    queryKey: [tenant.tenantId, 'latest-of', actionCode],
    queryFn: ({ signal }) =>
      portal<ActionsPage>('GET', `/actions${queryOf({ code: actionCode, limit: 30 })}`, undefined, signal),
  });
  const actions = data?.actions ?? [];
  const evaluate = useMutation({
    mutationFn: (basis: object) =>
      manage<Evaluation>('POST', `/action-configurations/${encodeURIComponent(actionCode)}/rules/evaluate`, {
        ...basis,
        defaultUserActionResult: defaultOutcome,
        rules: rules.map(({ conditions, ...rule }) => ({
          ...rule,
          ...(conditions === undefined ? {} : { conditions: JSON.parse(conditions) as unknown }),
        })),
      }),
  });
  const tryFacts = () => {
    setProblem(undefined);
    try {
      evaluate.mutate({ facts: JSON.parse(facts) as unknown });
    } catch {
      setProblem('The facts must be JSON, such as {"custom": {"amount": 100}}. Check brackets, quotes and commas.');
    }
  };
  const tryAction = ({ userId, idempotencyKey }: ListedAction) => {
    setProblem(undefined);
    evaluate.mutate({ pastAction: { userId, idempotencyKey } });
  };
  const action = actions.find(({ actionId }) => actionId === chosen) ?? actions[0];
  return (
    <section className="Card">
      <h2>On one action, or on facts</h2>
      <div className="Columns">
        <div className="TryPart">
          <Labelled label="A past action" note="On what was known when it was decided.">
            {(ids) => (
              <select
                {...ids}
                className="Field Select"
                value={action?.actionId ?? ''}
                onChange={(event) => setChosen(event.target.value)}
              >
                {actions.length === 0 ? <option value="">None yet</option> : null}
                {actions.map(({ actionId, userId, createdAt }) => (
                  <option key={actionId} value={actionId}>
                    {clockTime(createdAt)} {userId}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
          <Button
            isBusy={evaluate.isPending}
            aria-disabled={action === undefined}
            onClick={() => (action === undefined ? undefined : tryAction(action))}
          >
            Decide it again
          </Button>
        </div>
        <div className="TryPart">
          <Labelled label="Facts as JSON" note="A fact that is not in it is missing.">
            {(ids) => (
              <textarea
                {...ids}
                className="Input Code"
                rows={5}
                spellCheck={false}
                value={facts}
                onChange={(event) => setFacts(event.target.value)}
              />
            )}
          </Labelled>
          <Button isBusy={evaluate.isPending} onClick={tryFacts}>
            Decide by these facts
          </Button>
        </div>
      </div>
      <div role="alert">
        {problem !== undefined ? (
          <Notice tone="bad">{problem}</Notice>
        ) : evaluate.error === null ? null : (
          <Notice tone="bad">{wordsOf(evaluate.error)}</Notice>
        )}
      </div>
      {evaluate.data === undefined || problem !== undefined ? null : (
        <div className="TryResult" role="status">
          <div className="DecisionTop">
            <OutcomeBadge outcome={evaluate.data.outcome} />
            <p>{evaluate.data.words.join(' ')}</p>
          </div>
          <RuleList decision={{ ...evaluate.data, decidedAt: '' }} />
        </div>
      )}
    </section>
  );
}
