//! Employees: what an account of that kind has besides.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;

use super::AccountId;
use crate::{
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        sql::Sql,
    },
    schema::employees,
};

crate::text_enum! {
    /// Where an employee works; rights come from roles.
    pub enum EmployeeFunction {
        /// In a store.
        Store = "store",
        /// In a warehouse.
        Warehouse = "warehouse",
        /// Answers customers.
        Agent = "agent",
        /// Delivers orders.
        Delivery = "delivery",
        /// In the back office.
        Operations = "operations",
        /// Leads others.
        Supervision = "supervision",
    }
}

crate::text_enum! {
    /// Whether an employee works.
    pub enum EmployeeStatus {
        /// At work.
        Active = "active",
        /// Not at work for now; cannot sign in.
        Inactive = "inactive",
        /// On leave; may sign in.
        OnLeave = "on_leave",
        /// No longer employed; cannot sign in.
        Terminated = "terminated",
    }
}

/// What an account of kind employee has besides.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = employees)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct Employee {
    pub account_id: AccountId,
    pub function: EmployeeFunction,
    pub status: EmployeeStatus,
    pub supervisor_id: Option<AccountId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An employee's row.
pub async fn find(mut conn: &Conn, id: AccountId) -> Result<Option<Employee>> {
    Ok(employees::table.find(id).select(Employee::as_select()).first(&mut conn).await.optional()?)
}

/// Stores an employee's row.
pub async fn put(mut conn: &Conn, row: &Employee) -> Result<Employee> {
    diesel::insert_into(employees::table)
        .values(row)
        .on_conflict(employees::account_id)
        .do_update()
        .set((
            employees::function.eq(row.function),
            employees::status.eq(row.status),
            employees::supervisor_id.eq(row.supervisor_id),
            employees::updated_at.eq(row.updated_at),
        ))
        .returning(Employee::as_returning())
        .get_result(&mut conn)
        .await
        .on_constraint("employees_supervisor_check", || {
            Error::invalid("employee.supervisorId", "nobody supervises themselves")
        })
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}

/// Whether `from` reports to `to`, directly or not.
pub async fn reports_to(mut conn: &Conn, from: AccountId, to: AccountId) -> Result<bool> {
    let row: Found = Sql::new("WITH RECURSIVE chain AS (SELECT ")
        .bind(from)
        .sql(
            "::uuid AS id UNION SELECT e.supervisor_id FROM chain JOIN employees e ON e.account_id = chain.id \
             WHERE e.supervisor_id IS NOT NULL) SELECT EXISTS (SELECT FROM chain WHERE id = ",
        )
        .bind(to)
        .sql(") AS found")
        .get_result(&mut conn)
        .await?;
    Ok(row.found)
}

/// The employee's data of an account.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EmployeeOf(pub AccountId);

impl Key for EmployeeOf {
    type Value = Arc<Employee>;
    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let rows: Vec<Employee> = employees::table
            .filter(employees::account_id.eq_any(keys.iter().map(|key| key.0)))
            .select(Employee::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(|row| (EmployeeOf(row.account_id), Arc::new(row))).collect())
    }
}
