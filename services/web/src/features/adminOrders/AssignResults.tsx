import { Alert, Button, List, Stack } from "@mantine/core";
import { CircleAlert, CircleCheck } from "lucide-react";
import { ApiError } from "@/api/failure";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { failureText } from "@/ui/Failure";
import { TextLink } from "@/ui/links";
import type { Assigned, Refused } from "./assignResults";

type Props = {
  outcome: Assigned;
  worker: string;
  numberOf: (orderId: string) => string;
  onForce: () => void;
  forcing: boolean;
};

/** Says for each order whether the worker has got it, and if not, why. */
export function AssignResults({ outcome, worker, numberOf, onForce, forcing }: Props) {
  const t = useWords(adminOrders);
  const { done, forceable, lost } = outcome;
  return (
    <Stack role="status" gap="sm">
      {done.length > 0 && (
        <Alert color="green" variant="light" icon={<CircleCheck />} title={t.assignedTo(done.length, worker)} />
      )}
      {forceable.length > 0 && (
        <Alert color="yellow" variant="light" icon={<CircleAlert />} title={t.refusedByLimits(forceable.length)}>
          <Refusals refused={forceable} numberOf={numberOf} />
          <Button size="xs" variant="default" mt="xs" loading={forcing} onClick={onForce}>
            {t.assignAnyway}
          </Button>
        </Alert>
      )}
      {lost.length > 0 && (
        <Alert color="red" variant="light" icon={<CircleAlert />} title={t.notAssigned(lost.length)}>
          <Refusals refused={lost} numberOf={numberOf} />
        </Alert>
      )}
    </Stack>
  );
}

function Refusals({ refused, numberOf }: { refused: Refused[]; numberOf: (orderId: string) => string }) {
  return (
    <List size="sm">
      {refused.map(({ orderId, refusal }) => (
        <List.Item key={orderId}>
          <TextLink to="/orders/$orderId" params={{ orderId }} className="code">
            {numberOf(orderId)}
          </TextLink>{" "}
          {failureText(new ApiError({ ...refusal, status: 409 })).title}
        </List.Item>
      ))}
    </List>
  );
}
