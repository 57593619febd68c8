import { SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { isCode } from "@/api/failure";
import type { User } from "@/api/schema";
import { TargetTrail } from "@/features/audit/TargetTrail";
import { Profile } from "@/features/users/Profile";
import { userOptions, workerOptions } from "@/features/users/queries";
import { RoleForm } from "@/features/users/RoleForm";
import { Suspension } from "@/features/users/Suspension";
import { UserOrders } from "@/features/users/UserOrders";
import { UserState } from "@/features/users/UserState";
import { WorkerCard } from "@/features/users/WorkerCard";
import { adminPeople } from "@/i18n/en/adminPeople";
import { shell } from "@/i18n/en/shell";
import { useWords } from "@/i18n/language";
import { Empty } from "@/ui/Empty";
import { FailureNote } from "@/ui/Failure";
import { ButtonLink } from "@/ui/links";
import { nameOf } from "@/ui/names";
import { Page } from "@/ui/Page";

const route = getRouteApi("/signed-in/admin/admin/users/$userId");

/** One account: who it is, what it may do, what it did. */
export function UserPage() {
  const t = useWords(shell);
  const { users: w } = useWords(adminPeople);
  const { userId } = route.useParams();
  const user = useQuery(userOptions(userId));
  const back = (
    <ButtonLink to="/admin/users" variant="default" leftSection={<ArrowLeft size={16} aria-hidden="true" />}>
      {w.all}
    </ButtonLink>
  );
  if (isCode(user.error, "NOT_FOUND", "VALIDATION_ERROR", "MALFORMED")) {
    return <Empty title={w.unknown} hint={w.unknownHint} action={back} />;
  }
  const known = user.data;
  return (
    <Page
      title={known ? nameOf(known) : t.users}
      beside={known && <UserState user={known} />}
      subtitle={known?.email}
      actions={back}
    >
      {user.isError && <FailureNote error={user.error} onRetry={() => void user.refetch()} />}
      {user.isPending && <Skeleton height="30rem" />}
      {/* Another account begins with empty forms. */}
      {known && <Account key={known.id} user={known} />}
    </Page>
  );
}

function Account({ user }: { user: User }) {
  const navigate = useNavigate();
  const works = user.role === "STAFF";
  const worker = useQuery({
    ...workerOptions(user.id),
    enabled: works,
    // A new worker is known to the orders a moment after the role changed.
    retry: (count, error) => count < 4 && isCode(error, "NOT_FOUND"),
    retryDelay: 1_000,
  });
  const openOrders = works ? (worker.data?.openOrders ?? 0) : 0;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <Stack gap="lg">
        <Profile user={user} />
        {works && !worker.isError && <WorkerCard worker={worker.data ?? null} />}
        {works && worker.isError && <FailureNote error={worker.error} onRetry={() => void worker.refetch()} />}
        <UserOrders user={user} />
      </Stack>
      <Stack gap="lg">
        <RoleForm user={user} openOrders={openOrders} onLeft={() => void navigate({ to: "/dashboard" })} />
        <Suspension user={user} openOrders={openOrders} />
        <TargetTrail targetId={user.id} />
      </Stack>
    </SimpleGrid>
  );
}
