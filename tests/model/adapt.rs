//! What follows once it is settled what an amended order is: stock and tasks follow its lines (DOMAIN 1.7, 3.1;
//! DECISIONS 19, 23).

use super::desk::Desk;
use super::follow::needed;
use super::order::{About, Task};

impl Desk<'_> {
    pub fn adapt(&mut self) {
        self.trim();
        let missing = self.reserve();
        self.adapt_tasks();
        if missing == 0 {
            self.settle_shortages();
        } else if !self.order.is_short() {
            self.raise(About::Shortage, true);
        }
        self.invoiced();
        self.advance();
    }

    /// What is set aside beyond what is still to be picked is there for others.
    fn trim(&mut self) {
        let mut beyond = 0;
        for line in &mut self.order.lines {
            let more = (line.reserved + line.picked - line.quantity).max(0);
            line.reserved -= more;
            beyond += more;
        }
        self.free(beyond);
    }

    /// So much is set aside no more.
    pub fn free(&mut self, quantity: i64) {
        if quantity > 0 {
            self.stock.reserved -= quantity;
            self.told.push("order.stock_released");
        }
    }

    /// An order that has no tasks yet gets them with its release. Whoever had work before and has some left is told.
    fn adapt_tasks(&mut self) {
        let (had, needed) = (self.order.tasks.len(), needed(self.order));
        if had == 0 {
            return;
        }
        self.cancel_needless(&needed);
        self.renew(&needed);
        for task in needed {
            if self.order.tasks.iter().all(|known| known.code != task.code) {
                self.order.tasks.push(task);
                self.told.push("task.created");
            }
        }
        self.block_again();
        let left = self.order.tasks.iter().take(had).filter(|task| !task.is_over()).count();
        self.told.extend(vec!["task.order_amended"; left]);
        self.unblock();
    }

    fn cancel_needless(&mut self, needed: &[Task]) {
        for task in self.order.tasks.iter_mut().filter(|task| !task.is_over()) {
            if needed.iter().all(|needed| needed.code != task.code) {
                task.status = "cancelled";
                self.told.push("task.cancelled");
            }
        }
    }

    /// What was over is there again where lines need it: there is something to ready, to ship or to bill. Whatever else a
    /// person has cancelled stays so.
    fn renew(&mut self, needed: &[Task]) {
        let (billed, gone) = (self.order.is_billed(), self.order.all_left());
        for task in self.order.tasks.iter_mut().filter(|task| needed.iter().any(|needed| needed.code == task.code)) {
            let again = match (task.status, task.code) {
                ("cancelled", "pick" | "produce" | "serve") => true,
                ("cancelled" | "done", "ship") => !gone,
                ("done", "invoice") => !billed,
                _ => false,
            };
            if again {
                task.status = "blocked";
                self.told.push("task.renewed");
            }
        }
    }

    /// What was open may wait for what is new.
    fn block_again(&mut self) {
        let open = self.order.open_codes();
        for task in self.order.tasks.iter_mut().filter(|task| matches!(task.status, "open" | "in_progress")) {
            if task.waits_for(&open) {
                task.status = "blocked";
                self.told.push("task.blocked");
            }
        }
    }
}
