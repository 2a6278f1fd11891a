import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface Props {
  title: string;
  isOpen: boolean;
  onClose(): void;
  /** false: only a button of its own closes it, as while a key is shown that nobody sees again. */
  dismissable?: boolean;
  wide?: boolean;
  children: ReactNode;
}

/** Over the page; the focus stays inside, Escape closes it, and the focus returns to what opened it. */
export function Dialog({ title, isOpen, onClose, dismissable = true, wide = false, children }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={dismissable}
      isKeyboardDismissDisabled={!dismissable}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="dialog" data-wide={wide || undefined}>
        <AriaDialog className="stack">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
