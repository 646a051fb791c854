import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Outcome, Replay } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Button, Notice, OutcomeBadge, Skeleton, Time } from '../../kit/parts.tsx';
import { countWords, outcomeOf, plural } from '../../kit/words.ts';
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
          Try again
        </Button>
      </Notice>
    );
  }
  if (data === undefined) return <Skeleton lines={5} what="The latest actions are" />;
  if (data.considered === 0)
    return <p className="Faint">No action of this code was tracked yet, so there is nothing to try it on.</p>;
  const moves = data.matrix.filter(({ was, now }) => was !== now);
  const cell = (was: Outcome, now: Outcome) => data.matrix.find((pair) => pair.was === was && pair.now === now);
  const rows = outcomeNames.filter((was) => data.matrix.some((pair) => pair.was === was));
  const chosen = moves.find(({ was, now }) => `${was} ${now}` === opened);
  return (
    <div className="ReplayBox">
      <p>
        <strong>
          {data.different === 0
            ? `None of the last ${countWords(data.considered)} would be decided otherwise.`
            : `${countWords(data.different)} of the last ${countWords(data.considered)} would be decided otherwise.`}
        </strong>{' '}
        {moves
          .map(({ was, now, count }) => `${countWords(count)} from ${outcomeOf(was).words} to ${outcomeOf(now).words}.`)
          .join(' ')}{' '}
        {data.from === undefined ? null : (
          <span className="Faint">
            Since <Time at={data.from} />.
          </span>
        )}
      </p>
      <div className="Scroll" tabIndex={0} role="region" aria-label="Old outcomes against new ones">
        <table className="Matrix">
          <thead>
            <tr>
              <th scope="col">Was</th>
              {outcomeNames.map((now) => (
                <th scope="col" key={now}>
                  <span className="Hidden">Would be </span>
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
            Of {plural(data.cannotSay, 'action')} it cannot be said: too little was recorded
            {data.unknownReads.length === 0 ? '' : ` of ${data.unknownReads.join(', ')}`}.
          </li>
        )}
        {data.computedAgain === 0 ? null : (
          <li>
            For {plural(data.computedAgain, 'action')} {data.computedFacts.join(', ')} was computed from the action
            itself, with the data files of today.
          </li>
        )}
        {data.namesLists ? <li>Value lists are as they are now.</li> : null}
        {data.isCutShort ? <li>There are more actions, but to read them all would have cost too much.</li> : null}
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
      <span className="Hidden"> actions, show examples</span>
    </button>
  );
}

function Examples({ of: { was, now, examples } }: { readonly of: Replay['matrix'][number] }) {
  const { tenantId } = useScene().tenant;
  return (
    <div>
      <p className="Faint">
        The latest from {outcomeOf(was).words} to {outcomeOf(now).words}:
      </p>
      <ul className="Recent">
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
