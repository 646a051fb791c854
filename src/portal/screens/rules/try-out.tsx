import { tryOutTexts } from '#portal-texts/rules.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryOf } from '../../api/call.ts';
import type { ActionsPage, Evaluation, RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Notice, OutcomeBadge } from '../../kit/parts.tsx';
import { RuleList } from '../../kit/reasons.tsx';
import { clockTime } from '../../kit/times.ts';
import { useScene } from '../../shell/tenant.tsx';
import { ReplayResult } from './replay-result.tsx';
import { ReplayedOne } from './replayed-one.tsx';
import { nextRules } from './use-rule-set.ts';

/** The next rules, tried on the latest actions, on one of them, or on facts that one enters. Nothing is stored. */
export function TryOut({
  ruleSet,
  actionId,
  choose,
}: {
  readonly ruleSet: RuleSet;
  /** The past action to try them on, from the address of the page. */
  readonly actionId: string | undefined;
  readonly choose: (actionId: string) => void;
}) {
  const { may } = useScene();
  const { actionCode, draft, live } = ruleSet;
  const [which, setWhich] = useState<'draft' | 'live'>(draft === undefined ? 'live' : 'draft');
  const [isAsked, setAsked] = useState(false);
  const tried = draft === undefined ? 'live' : which;
  const revision = tried === 'draft' && draft !== undefined ? draft.revision : String(live.version);
  return (
    <section className="TryOut" aria-label={tryOutTexts.tryOut}>
      {draft === undefined ? null : (
        <div className="Segments" role="group" aria-label={tryOutTexts.whichRules}>
          {(['draft', 'live'] as const).map((name) => (
            <button key={name} type="button" aria-pressed={which === name} onClick={() => setWhich(name)}>
              {name === 'draft' ? tryOutTexts.theDraft : tryOutTexts.theLiveRules}
            </button>
          ))}
        </div>
      )}
      <section className="Card">
        <h2>{tryOutTexts.onLatest}</h2>
        {isAsked ? (
          <ReplayResult actionCode={actionCode} which={tried} revision={revision} />
        ) : (
          <>
            <p className="Faint">{tryOutTexts.onLatestText}</p>
            <Button look="main" onClick={() => setAsked(true)}>
              {tryOutTexts.tryItOnThem}
            </Button>
          </>
        )}
      </section>
      <section className="Card">
        <h2>{tryOutTexts.onOnePastAction}</h2>
        <ChooseAction actionCode={actionCode} chosen={actionId} choose={choose} />
        {actionId === undefined ? null : (
          <ReplayedOne actionCode={actionCode} actionId={actionId} which={tried} revision={revision} />
        )}
      </section>
      {may('contacts:read') ? (
        <OnFacts key={tried} ruleSet={ruleSet} which={tried} />
      ) : (
        <p className="Faint">{tryOutTexts.factsNotForYou}</p>
      )}
    </section>
  );
}

function ChooseAction({
  actionCode,
  chosen,
  choose,
}: {
  readonly actionCode: string;
  readonly chosen: string | undefined;
  readonly choose: (actionId: string) => void;
}) {
  const { tenant, portal } = useScene();
  const [listed, setListed] = useState<string>();
  const [typed, setTyped] = useState('');
  const { data } = useQuery({
    queryKey: [tenant.tenantId, 'latest-of', actionCode],
    queryFn: ({ signal }) =>
      portal<ActionsPage>('GET', `/actions${queryOf({ code: actionCode, limit: 30 })}`, undefined, signal),
  });
  const actions = data?.actions ?? [];
  const isOlder = chosen !== undefined && !actions.some(({ actionId }) => actionId === chosen);
  const shown = listed ?? chosen ?? actions[0]?.actionId ?? '';
  const wanted = typed.trim() === '' ? shown : typed.trim();
  return (
    <form
      className="TryPart"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== '') choose(wanted);
      }}
    >
      <div className="Columns">
        <Labelled label={tryOutTexts.pastAction} note={tryOutTexts.pastActionNote}>
          {(ids) => (
            <select
              {...ids}
              className="Field Select"
              value={shown}
              onChange={(event) => {
                setListed(event.target.value);
                setTyped('');
              }}
            >
              {isOlder ? <option value={chosen}>{chosen}</option> : null}
              {actions.length === 0 && !isOlder ? <option value="">{tryOutTexts.noneYet}</option> : null}
              {actions.map(({ actionId, userId, createdAt }) => (
                <option key={actionId} value={actionId}>
                  {clockTime(createdAt)} {userId}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        <Labelled label={tryOutTexts.actionId} note={tryOutTexts.actionIdNote}>
          {(ids) => (
            <input
              {...ids}
              className="Input"
              spellCheck={false}
              autoComplete="off"
              maxLength={64}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Labelled>
      </div>
      <Button type="submit" aria-disabled={wanted === ''}>
        {tryOutTexts.decideItAgain}
      </Button>
    </form>
  );
}

function OnFacts({ ruleSet, which }: { readonly ruleSet: RuleSet; readonly which: 'draft' | 'live' }) {
  const { manage } = useScene();
  const { actionCode } = ruleSet;
  const { defaultOutcome, rules } = which === 'live' ? ruleSet.live : nextRules(ruleSet);
  const [facts, setFacts] = useState('{\n  "custom": {}\n}');
  const [problem, setProblem] = useState<string>();
  const evaluate = useMutation({
    mutationFn: (given: unknown) =>
      manage<Evaluation>('POST', `/action-configurations/${encodeURIComponent(actionCode)}/rules/evaluate`, {
        facts: given,
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
      evaluate.mutate(JSON.parse(facts) as unknown);
    } catch {
      setProblem(tryOutTexts.factsNotJson);
    }
  };
  return (
    <section className="Card">
      <h2>{tryOutTexts.onFacts}</h2>
      <div className="TryPart">
        <Labelled label={tryOutTexts.factsLabel} note={tryOutTexts.factsNote}>
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
          {tryOutTexts.decideByTheseFacts}
        </Button>
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
          <RuleList decision={evaluate.data} />
        </div>
      )}
    </section>
  );
}
