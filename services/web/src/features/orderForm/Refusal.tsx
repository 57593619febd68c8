import { Alert, Button, Text } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { ApiError, failureOf, isCode } from "@/api/failure";
import { orderForm } from "@/i18n/en/orderForm";
import { useWords } from "@/i18n/language";
import { FailureNote, sentence } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { problemsOfAnswer } from "./problems";
import type { Subject } from "./values";

type Props = {
  error: unknown;
  subject: Subject;
  /** Sends the same order again. */
  onRetry: () => void;
  /** Takes of every product as many as there are. */
  onTakeAvailable: () => void;
};

/** Why the order was not placed, and what to do about it. */
export function Refusal({ error, subject, onRetry, onTakeAvailable }: Props) {
  const w = useWords(orderForm);
  if (isCode(error, "OUT_OF_STOCK") && subject === "items") {
    return (
      <Notice title={w.notEnough} lines={messages(error)}>
        <Button size="xs" variant="default" mt="xs" onClick={onTakeAvailable}>
          {w.takeAvailable}
        </Button>
      </Notice>
    );
  }
  if (isCode(error, "OUT_OF_STOCK", "CART_CHANGED")) {
    return <Notice title={w.cartChanged} lines={[...messages(error), w.cartChangedHint]} />;
  }
  if (isCode(error, "CART_EMPTY", "CART_NOT_FOUND")) {
    return (
      <Notice title={w.cartEmpty} lines={[]}>
        <ButtonLink to="/products" size="xs" variant="default" mt="xs">
          {w.toProducts}
        </ButtonLink>
      </Notice>
    );
  }
  // The field says it.
  if (isCode(error, "EMAIL_REGISTERED")) return null;
  if (error instanceof ApiError && problemsOfAnswer(error.details, subject).all) return null;
  return <Unplaced error={error} onRetry={onRetry} />;
}

/** Nobody knows whether it was placed, or it cannot be placed now: the same order may be sent again. */
function Unplaced({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const w = useWords(orderForm);
  const failure = failureOf(error);
  const lost = failure.kind === "unreachable" || (failure.kind === "refused" && failure.error.status >= 500);
  return (
    <div>
      <FailureNote error={error} onRetry={onRetry} />
      {lost && (
        <Text size="sm" mt="xs">
          {w.sendAgain}
        </Text>
      )}
    </div>
  );
}

function Notice({ title, lines, children }: { title: string; lines: string[]; children?: React.ReactNode }) {
  return (
    <Alert role="alert" color="red" variant="light" icon={<CircleAlert />} title={title}>
      {lines.map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
      {children}
    </Alert>
  );
}

function messages({ details }: ApiError): string[] {
  return details.map(({ message }) => sentence(message));
}
