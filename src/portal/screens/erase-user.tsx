import { commonTexts } from '#portal-texts/kit.ts';
import { eraseUserTexts } from '#portal-texts/user.ts';
import { fill } from '../kit/fill.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { StepUpDeclined } from '../api/call.ts';
import { wordsOf } from '../api/words-of.ts';
import { Labelled } from '../kit/fields.tsx';
import { Modal } from '../kit/modal.tsx';
import { Button } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

/** Erases a user once their id was typed: there is no way back. */
export function EraseUser({ userId, close }: { readonly userId: string; readonly close: () => void }) {
  const { tenant, manage } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [keepsActions, setKeepsActions] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const isSure = typed === userId;
  const erasing = useMutation({
    mutationFn: () => manage('DELETE', `/users/${encodeURIComponent(userId)}${keepsActions ? '?actions=false' : ''}`),
    async onSuccess() {
      tell(eraseUserTexts.erased, userId);
      await navigate({ to: '/t/$tenantId/users', params: { tenantId }, replace: true });
      queries.removeQueries({ queryKey: [tenantId, 'user', userId] });
      void queries.invalidateQueries({ queryKey: [tenantId, 'users'] });
    },
    onError: (error) =>
      error instanceof StepUpDeclined ? undefined : tell(eraseUserTexts.notErased, wordsOf(error), 'bad'),
  });
  return (
    <Modal
      isOpen
      close={close}
      title={fill(eraseUserTexts.title, { userId })}
      text={eraseUserTexts.text}
      initialFocus={field}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure) erasing.mutate();
        }}
      >
        <Labelled label={eraseUserTexts.confirmLabel}>
          {(ids) => (
            <input
              {...ids}
              ref={field}
              className="Input"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Labelled>
        <label className="Check">
          <input type="checkbox" checked={keepsActions} onChange={(event) => setKeepsActions(event.target.checked)} />
          <span>{eraseUserTexts.keepActions}</span>
        </label>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="danger" type="submit" isBusy={erasing.isPending} disabled={!isSure}>
            {eraseUserTexts.erase}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
