import { replayedOneTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReplayedAction } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Facts, Notice, OutcomeBadge, Skeleton, Time } from '../../kit/parts.tsx';
import { RuleList } from '../../kit/reasons.tsx';
import { outcomeOf } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { ruleSetPath } from './use-rule-set.ts';

/** One past action decided again by the draft or by the live rules. */
export function ReplayedOne({
  actionCode,
  actionId,
  which,
  revision,
}: {
  readonly actionCode: string;
  readonly actionId: string;
  readonly which: 'draft' | 'live';
  /** Of the rules, so that changed ones are tried again. */
  readonly revision: string;
}) {
  const { tenant, portal } = useScene();
  const { tenantId } = tenant;
  const { data, error } = useQuery({
    queryKey: [tenantId, 'replay-one', actionCode, which, revision, actionId],
    queryFn: ({ signal }) =>
      portal<ReplayedAction>(
        'POST',
        ruleSetPath(actionCode, `/replay/${encodeURIComponent(actionId)}`),
        { which },
        signal,
      ),
    staleTime: 60_000,
    retry: false,
  });
  if (data === undefined) {
    return error === null ? (
      <Skeleton lines={4} label={replayedOneTexts.actionLoading} />
    ) : (
      <Notice tone="bad">{wordsOf(error)}</Notice>
    );
  }
  const { was, now, userId, createdAt, rules } = data;
  const isSame = was !== undefined && was.outcome === now?.outcome;
  return (
    <div className="TryResult" role="status">
      <Facts
        of={[
          [
            replayedOneTexts.action,
            <span key="action">
              <Link
                className="More"
                to="/t/$tenantId/actions/$actionId"
                params={{ tenantId, actionId: data.actionId }}
                preload={false}
              >
                {userId}
              </Link>{' '}
              <Time at={createdAt} />
            </span>,
          ],
          [
            replayedOneTexts.wasDecided,
            was === undefined ? replayedOneTexts.itsRecordCannotBeRead : <Decided key="was" by={was} />,
          ],
          [
            which === 'draft' ? replayedOneTexts.byTheDraft : replayedOneTexts.byTheLiveRules,
            now === undefined ? (
              replayedOneTexts.cannotBeSaid
            ) : (
              <span key="now">
                <Decided by={now} /> {isSame ? <span className="Faint">{replayedOneTexts.theSame}</span> : null}
              </span>
            ),
          ],
        ]}
      />
      <Doubts of={data} />
      {data.isLost ? null : (
        <RuleList decision={{ rules, decidingRuleId: now?.rule?.ruleId, ruleSet: { isKept: true } }} />
      )}
    </div>
  );
}

function Decided({ by: { outcome, source, rule } }: { readonly by: NonNullable<ReplayedAction['now']> }) {
  const named = rule === undefined ? replayedOneTexts.aRule : fill(replayedOneTexts.namedRule, { name: rule.name });
  const why = {
    rule: fill(replayedOneTexts.byRule, { named }),
    unknown: fill(replayedOneTexts.becauseNotComputed, { named }),
    default: replayedOneTexts.byTheDefault,
    unsaid: replayedOneTexts.byUnknownRule,
  };
  return (
    <span>
      <OutcomeBadge outcome={outcome} /> {why[source]}
    </span>
  );
}

/** What cannot be said, and what was not recorded as it is shown. */
function Doubts({ of }: { readonly of: ReplayedAction }) {
  const { isLost, possible, unknownReads, computedFacts, namesLists } = of;
  if (isLost) {
    return <Notice tone="wait">{replayedOneTexts.notReplayable}</Notice>;
  }
  return (
    <>
      {possible.length < 2 ? null : (
        <Notice tone="wait">
          {fill(replayedOneTexts.couldBe, {
            outcomes: possible.map((outcome) => outcomeOf(outcome).words).join(replayedOneTexts.or),
          })}
        </Notice>
      )}
      <ul className="Differences Faint">
        {unknownReads.length === 0 ? null : (
          <li>{fill(replayedOneTexts.notRecorded, { facts: unknownReads.join(', ') })}</li>
        )}
        {computedFacts.length === 0 ? null : (
          <li>{fill(replayedOneTexts.computedAgain, { facts: computedFacts.join(', ') })}</li>
        )}
        {namesLists ? <li>{replayedOneTexts.listsOfToday}</li> : null}
      </ul>
    </>
  );
}
