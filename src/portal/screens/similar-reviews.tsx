import { similarReviewsTexts } from '#portal-texts/reviews.ts';
import { fill } from '../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SimilarReview } from '../api/types.ts';
import { Failure, Skeleton, StateBadge, Tag, Time } from '../kit/parts.tsx';
import { actorWords } from '../kit/words.ts';
import { useScene } from '../shell/tenant.tsx';

const alikeWords = {
  USER: similarReviewsTexts.sameUser,
  ADDRESS: similarReviewsTexts.sameAddress,
  DEVICE: similarReviewsTexts.sameDevice,
  RULE: similarReviewsTexts.sameRule,
} as const;

/** What was decided before about the same user, address, device or rule. */
export function SimilarReviews({ actionId }: { readonly actionId: string }) {
  const { tenant, portal } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'similar', actionId],
    queryFn: ({ signal }) =>
      portal<SimilarReview[]>('GET', `/reviews/${encodeURIComponent(actionId)}/similar`, undefined, signal),
  });
  if (data === undefined) {
    return error === null ? (
      <Skeleton label={similarReviewsTexts.similarCasesLoading} lines={3} />
    ) : (
      <Failure error={error} title={similarReviewsTexts.similarCasesNotLoaded} retry={() => void refetch()} />
    );
  }
  if (data.length === 0) return <p className="Faint">{similarReviewsTexts.none}</p>;
  return (
    <ul className="Similar">
      {data.map((one) => (
        <li key={one.actionId}>
          <span className="SimilarTop">
            <Link to="/t/$tenantId/actions/$actionId" params={{ tenantId, actionId: one.actionId }} className="Cut">
              {fill(similarReviewsTexts.actionOfUser, { actionCode: one.actionCode, userId: one.userId })}
            </Link>
            <StateBadge state={one.state} />
          </span>
          <span className="Tags">
            {one.alike.map((what) => (
              <Tag key={what}>{alikeWords[what]}</Tag>
            ))}
          </span>
          <span className="Faint">
            {actorWords(one.decidedBy)}, <Time at={one.decidedAt} isRelative />
          </span>
          {one.note === undefined ? null : <p className="Words">{one.note}</p>}
        </li>
      ))}
    </ul>
  );
}
