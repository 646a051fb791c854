import { useState } from 'react';
import type { RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Notice } from '../../kit/parts.tsx';
import { Differences } from './differences.tsx';
import { ReplayResult } from './replay-result.tsx';
import type { RuleSetTools } from './use-rule-set.ts';

/** The last look before the draft decides, or before somebody else is asked: what differs, and what it would have decided lately. */
export function PublishDialog({
  ruleSet,
  draft,
  tools,
  isAsking,
  close,
}: {
  readonly ruleSet: RuleSet;
  readonly draft: NonNullable<RuleSet['draft']>;
  readonly tools: RuleSetTools;
  /** Whether somebody else is asked to publish it. */
  readonly isAsking: boolean;
  readonly close: () => void;
}) {
  const [reason, setReason] = useState('');
  const act = isAsking ? tools.ask : tools.publish;
  return (
    <Modal
      isOpen
      close={close}
      size="large"
      title={
        isAsking
          ? `Ask for the rules of ${ruleSet.actionCode} to be published?`
          : `Publish the rules of ${ruleSet.actionCode}?`
      }
      text={
        isAsking
          ? `In this tenant two people publish rules. Somebody else sees exactly this draft, and publishes or refuses it.${
              draft.decidesOtherwise ? ' You may be asked to prove who you are.' : ''
            }`
          : draft.decidesOtherwise
            ? 'They decide at once, for all actions from now on. You may be asked to prove who you are.'
            : 'No decision changes: only names, notes or rules that are switched off.'
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({ revision: draft.revision, reason: reason.trim() }, { onSuccess: close });
        }}
      >
        <Differences of={draft.changes} />
        {draft.decidesOtherwise ? (
          <ReplayResult actionCode={ruleSet.actionCode} which="draft" revision={draft.revision} />
        ) : null}
        <Labelled label="Why (for the history)">
          {(ids) => (
            <textarea
              {...ids}
              className="Input"
              rows={2}
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Labelled>
        <div role="alert">{act.error === null ? null : <Notice tone="bad">{wordsOf(act.error)}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={act.isPending}>
            {isAsking ? 'Ask for it' : `Publish version ${ruleSet.live.version + 1}`}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
