import { Alert, Grid, Stack } from "@mantine/core";
import { Hourglass } from "lucide-react";
import { adminOrders } from "@/i18n/en/adminOrders";
import { useWords } from "@/i18n/language";
import { FailureNote } from "@/ui/Failure";
import { Figures } from "./Figures";
import { RecentOrders } from "./RecentOrders";
import { StatusCounts } from "./StatusCounts";
import { TopProducts } from "./TopProducts";
import { Trends } from "./Trends";
import { useDashboard } from "./useDashboard";
import { WorkQueue } from "./WorkQueue";

/** What an administrator sees first: how the shop is doing, and what waits for them. */
export function AdminDashboard() {
  const t = useWords(adminOrders);
  const { data, isError, error, refetch } = useDashboard();
  return (
    <Stack gap="lg">
      {isError && <FailureNote error={error} onRetry={() => void refetch()} />}
      <div role="status">
        {data && data.pendingEvents > 0 && (
          <Alert color="yellow" variant="light" icon={<Hourglass />}>
            {t.figuresLag(data.pendingEvents)}
          </Alert>
        )}
      </div>
      {(data || !isError) && <Figures board={data} />}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="lg">
            <WorkQueue board={data} />
            <StatusCounts counts={data?.ordersByStatus} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="lg">
            <Trends />
            <TopProducts products={data?.topProducts} />
          </Stack>
        </Grid.Col>
      </Grid>
      <RecentOrders orders={data?.recentOrders} />
    </Stack>
  );
}
