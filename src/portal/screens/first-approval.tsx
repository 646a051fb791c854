import type { Review } from '../api/types.ts';
import { Notice, Time } from '../kit/parts.tsx';

/** Says who has approved a review that a second person has to approve. */
export function FirstApproval({ of }: { readonly of: Review['firstApproval'] }) {
  if (of === undefined) return null;
  return (
    <Notice tone="calm">
      {of.isOwn ? 'You have' : `${of.by} has`} approved it (<Time at={of.at} />
      ). {of.isOwn ? 'Somebody else has to approve it too; one is enough to reject.' : 'It takes one more to approve.'}
      {of.note === undefined ? null : <span className="Words"> Note: {of.note}</span>}
    </Notice>
  );
}
