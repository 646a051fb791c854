import { useState } from 'react';
import { call } from '../api/call.ts';
import { Modal } from '../kit/modal.tsx';
import { NewPassword } from '../kit/new-password.tsx';
import { Button, Notice } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useChange } from '../kit/use-change.ts';

/** Changes one's own password. */
export function ChangePassword({
  email,
  close,
  changed,
}: {
  readonly email: string;
  readonly close: () => void;
  readonly changed: () => void;
}) {
  const [password, setPassword] = useState('');
  const change = useChange(
    () => call('POST', '/v1/portal/password', { body: { password } }),
    () => {
      tell('Password changed', 'Your other sessions have ended.');
      changed();
      close();
    },
  );
  return (
    <Modal
      isOpen
      close={close}
      title="Change your password"
      text="Your other sessions end, and a mail tells you of it."
    >
      <form
        className="DoorForm"
        onSubmit={(event) => {
          event.preventDefault();
          if (!change.isBusy) change.start(undefined);
        }}
      >
        <NewPassword label="New password" email={email} value={password} change={setPassword} />
        <div role="alert">{change.problem === undefined ? null : <Notice tone="bad">{change.problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={change.isBusy}>
            {change.isBusy ? 'Changing…' : 'Change it'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
