import { commonTexts } from '#portal-texts/kit.ts';
import { replayResultTexts } from '#portal-texts/rules.ts';
import { counted, fill, fillNodes } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Outcome, Replay } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Button, Notice, OutcomeBadge, Skeleton, Time } from '../../kit/parts.tsx';
import { countWords, outcomeOf } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { outcomeNames } from './rule-list.tsx';
import { ruleSetPath } from './use-rule-set.ts';

/** The latest actions decided again by the draft or by the live rules. */
export function ReplayResult({
  actionCode,
  which,
  revision,
}: {
  readonly actionCode: string;
  readonly which: 'draft' | 'live';
  /** Of the draft, so that a changed one is tried again. */
  readonly revision: string;
}) {
  const { tenant, portal } = useScene();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: [tenant.tenantId, 'replay', actionCode, which, revision],
    queryFn: ({ signal }) => portal<Replay>('POST', ruleSetPath(actionCode, '/replay'), { which }, signal),
    staleTime: 60_000,
    // It takes a core for seconds: asked for once, and not again whenever the window is looked at.
    refetchOnWindowFocus: false,
    retry: false,
  });
  const [opened, setOpened] = useState<string>();
  if (error !== null && data === undefined) {
    return (
      <Notice tone="bad">
        {wordsOf(error)}{' '}
        <Button isBusy={isFetching} onClick={() => void refetch()}>
          {commonTexts.tryAgain}
        </Button>
      </Notice>
    );
  }
  if (data === undefined) return <Skeleton lines={5} label={replayResultTexts.latestActionsLoading} />;
  if (data.considered === 0) return <p className="Faint">{replayResultTexts.noActions}</p>;
  const moves = data.matrix.filter(({ was, now }) => was !== now);
  const cell = (was: Outcome, now: Outcome) => data.matrix.find((pair) => pair.was === was && pair.now === now);
  const rows = outcomeNames.filter((was) => data.matrix.some((pair) => pair.was === was));
  const chosen = moves.find(({ was, now }) => `${was} ${now}` === opened);
  return (
    <div className="ReplayBox">
      <p>
        <strong>
          {data.different === 0
            ? fill(replayResultTexts.noneDifferent, { considered: countWords(data.considered) })
            : fill(replayResultTexts.someDifferent, {
                different: countWords(data.different),
                considered: countWords(data.considered),
              })}
        </strong>{' '}
        {moves
          .map(({ was, now, count }) =>
            fill(replayResultTexts.fromTo, {
              count: countWords(count),
              was: outcomeOf(was).words,
              now: outcomeOf(now).words,
            }),
          )
          .join(' ')}{' '}
        {data.from === undefined ? null : (
          <span className="Faint">{fillNodes(replayResultTexts.since, { from: <Time at={data.from} /> })}</span>
        )}
      </p>
      <div className="Scroll" tabIndex={0} role="region" aria-label={replayResultTexts.tableLabel}>
        <table className="Matrix">
          <thead>
            <tr>
              <th scope="col">{replayResultTexts.was}</th>
              {outcomeNames.map((now) => (
                <th scope="col" key={now}>
                  <span className="Hidden">{replayResultTexts.wouldBe} </span>
                  {outcomeOf(now).words}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((was) => (
              <tr key={was}>
                <th scope="row">
                  <OutcomeBadge outcome={was} />
                </th>
                {outcomeNames.map((now) => (
                  <td key={now} data-same={was === now}>
                    <Cell
                      count={cell(was, now)?.count ?? 0}
                      isMove={was !== now}
                      isOpen={opened === `${was} ${now}`}
                      open={() => setOpened(opened === `${was} ${now}` ? undefined : `${was} ${now}`)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen === undefined ? null : <Examples of={chosen} />}
      <ul className="Differences Faint">
        {data.cannotSay === 0 ? null : (
          <li>
            {data.unknownReads.length === 0
              ? counted(replayResultTexts.cannotSay, data.cannotSay)
              : counted(replayResultTexts.cannotSayFor, data.cannotSay, { facts: data.unknownReads.join(', ') })}
          </li>
        )}
        {data.computedAgain === 0 ? null : (
          <li>
            {counted(replayResultTexts.computedAgain, data.computedAgain, {
              facts: data.computedFacts.join(', '),
            })}
          </li>
        )}
        {data.namesLists ? <li>{replayResultTexts.listsOfToday}</li> : null}
        {data.isCutShort ? <li>{replayResultTexts.cutShort}</li> : null}
      </ul>
    </div>
  );
}

function Cell({
  count,
  isMove,
  isOpen,
  open,
}: {
  readonly count: number;
  readonly isMove: boolean;
  readonly isOpen: boolean;
  readonly open: () => void;
}) {
  if (count === 0) return <span className="Faint">0</span>;
  if (!isMove) return <>{countWords(count)}</>;
  return (
    <button type="button" className="MatrixMove" aria-expanded={isOpen} onClick={open}>
      {countWords(count)}
      <span className="Hidden"> {replayResultTexts.actionsShowExamples}</span>
    </button>
  );
}

function Examples({ of: { was, now, examples } }: { readonly of: Replay['matrix'][number] }) {
  const { tenantId } = useScene().tenant;
  return (
    <div>
      <p className="Faint">
        {fill(replayResultTexts.examples, { was: outcomeOf(was).words, now: outcomeOf(now).words })}
      </p>
      <ul className="Recent Recent-beside">
        {examples.map(({ actionId, userId, createdAt }) => (
          <li key={actionId}>
            <Link to="/t/$tenantId/actions/$actionId" params={{ tenantId, actionId }} target="_blank" preload={false}>
              <span className="Cut">{userId}</span>
            </Link>
            <Time at={createdAt} />
          </li>
        ))}
      </ul>
    </div>
  );
}
