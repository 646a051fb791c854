import { toastsTexts } from '#portal-texts/kit.ts';
import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';

const manager = Toast.createToastManager();

/** Tells what has happened, for a while; screen readers hear it. */
export function tell(title: string, description?: string, tone: 'good' | 'bad' = 'good'): void {
  manager.add({
    title,
    type: tone,
    timeout: tone === 'bad' ? 12_000 : 6_000,
    ...(description === undefined ? {} : { description }),
  });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="Toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="Toast" data-tone={toast.type}>
      <Toast.Content className="ToastContent">
        <div>
          <Toast.Title className="ToastTitle" />
          <Toast.Description className="ToastText" />
        </div>
        <Toast.Close className="IconButton" aria-label={toastsTexts.dismiss}>
          <X size={14} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
