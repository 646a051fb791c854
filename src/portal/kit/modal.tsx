import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';

/** A dialog over the page. Escape and a click beside it close it; focus returns to where it was. */
export function Modal({
  isOpen,
  close,
  title,
  text,
  children,
  size = 'small',
  initialFocus,
}: {
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly text?: ReactNode;
  readonly children: ReactNode;
  readonly size?: 'small' | 'large';
  readonly initialFocus?: RefObject<HTMLElement | null>;
}) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => (open ? undefined : close())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="Backdrop" />
        <Dialog.Popup
          className={`Modal Modal-${size}`}
          {...(initialFocus === undefined ? {} : { initialFocus: initialFocus as RefObject<HTMLElement | null> })}
        >
          <Dialog.Title className="ModalTitle">{title}</Dialog.Title>
          {text === undefined ? null : <Dialog.Description className="ModalText">{text}</Dialog.Description>}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
