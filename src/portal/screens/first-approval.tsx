import { firstApprovalTexts } from '#portal-texts/reviews.ts';
import { fill, fillNodes } from '../kit/fill.ts';
import type { Review } from '../api/types.ts';
import { Notice, Time } from '../kit/parts.tsx';

/** Says who has approved a review that a second person has to approve. */
export function FirstApproval({ of }: { readonly of: Review['firstApproval'] }) {
  if (of === undefined) return null;
  return (
    <Notice tone="calm">
      {of.isOwn
        ? fillNodes(firstApprovalTexts.byYou, { at: <Time at={of.at} /> })
        : fillNodes(firstApprovalTexts.byColleague, { by: of.by, at: <Time at={of.at} /> })}
      {of.note === undefined ? null : (
        <span className="Words"> {fill(firstApprovalTexts.note, { note: of.note })}</span>
      )}
    </Notice>
  );
}
