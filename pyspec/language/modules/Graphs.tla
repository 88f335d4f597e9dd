------------------------------- MODULE Graphs -------------------------------
(* Directed graphs, as records: `node` is the set of nodes, `edge` the set *)
(* of edges, which are pairs of nodes.                                     *)
(*                                                                         *)
(* Source  Names and meanings are those of TLA+'s CommunityModules; the    *)
(*         definitions are our own.                                        *)
(*         What is extended, and so passed on, is as published, too.       *)
EXTENDS Naturals, Sequences, FiniteSets, SequencesExt, Relation
LOCAL INSTANCE TLC
-----------------------------------------------------------------------------

\* Whether there is an edge from m to n.
LOCAL Joined(G, m, n) == <<m, n>> \in G.edge

\* Whether G is a graph whose edges are pairs of its nodes.
IsDirectedGraph(G) ==
  /\ G = [node |-> G.node, edge |-> G.edge]
  /\ G.edge \subseteq G.node \X G.node

\* The graphs with some of G's nodes and some of its edges between them.
DirectedSubgraph(G) ==
  UNION {[node : {N}, edge : SUBSET (G.edge \cap (N \X N))] :
           N \in SUBSET G.node}

\* The graph with all edges turned around.
Transpose(G) ==
  [node |-> G.node, edge |-> {<<e[2], e[1]>> : e \in G.edge}]

\* Whether each edge of the graph is there in both directions.
IsUndirectedGraph(G) ==
  IsDirectedGraph(G) /\ \A e \in G.edge : <<e[2], e[1]>> \in G.edge

\* The subgraphs of which this is true.
UndirectedSubgraph(G) == {H \in DirectedSubgraph(G) : IsUndirectedGraph(H)}

-----------------------------------------------------------------------------

\* The nodes that paths from the nodes of a set lead to, itself included.
LOCAL Reached(G, nodes) ==
  LET RECURSIVE from(_)
      from(found) ==
        LET more == TLCEval(found \cup {n \in G.node :
                                          \E m \in found : Joined(G, m, n)})
        IN  IF more = found THEN found ELSE from(more)
  IN  from(nodes)

\* All paths: sequences of one node or more, neighbours joined by an edge.
Path(G) ==
  {p \in Seq(G.node) :
     /\ p # <<>>
     /\ \A i \in 1..Len(p) - 1 : Joined(G, p[i], p[i + 1])}

\* The paths that come to no node twice.
SimplePath(G) ==
  LET longer(paths) ==
        UNION {{Append(p, n) : n \in {m \in G.node :
                  /\ \A i \in 1..Len(p) : p[i] # m
                  /\ Joined(G, p[Len(p)], m)}} : p \in paths}
      RECURSIVE from(_)
      from(paths) == IF paths = {} THEN {}
                     ELSE paths \cup from(TLCEval(longer(paths)))
  IN  from({<<n>> : n \in G.node})

\* Whether a path leads from m to n, which are nodes.
AreConnectedIn(m, n, G) == m \in G.node /\ n \in Reached(G, {m})

\* Whether paths lead from each node to each other.
IsStronglyConnected(G) ==
  \A n \in G.node : G.node \subseteq Reached(G, {n})

\* Whether a path leads from m to n, as a function of <<m, n>>.
ConnectionsIn(G) ==
  LET reached == TLCEval([m \in G.node |-> Reached(G, {m})])
  IN  [m, n \in G.node |-> n \in reached[m]]

-----------------------------------------------------------------------------

\* Whether G is a tree, its edges leading towards the root r.
IsTreeWithRoot(G, r) ==
  /\ IsDirectedGraph(G)
  /\ r \in G.node
  /\ \A e \in G.edge : e[1] # r
  /\ \A e, f \in G.edge : e[1] = f[1] => e = f
  /\ \A n \in G.node : r \in Reached(G, {n})

\* The nodes and edges of both graphs.
GraphUnion(G, H) ==
  [node |-> G.node \cup H.node, edge |-> G.edge \cup H.edge]

\* Whether all nodes are in either U or V, and each edge goes across.
IsBipartiteWithPartitions(G, U, V) ==
  /\ U \cap V = {}
  /\ G.node \subseteq U \cup V
  /\ G.edge \subseteq (U \X V) \cup (V \X U)

\* The nodes that an edge from n leads to.
Successors(G, n) == {m \in G.node : Joined(G, n, m)}

\* The nodes that an edge from a node of S leads to.
AllSuccessors(G, S) == UNION {Successors(G, n) : n \in S}

\* The nodes from which an edge leads to n.
Predecessors(G, n) == {m \in G.node : Joined(G, m, n)}

\* The nodes from which an edge leads to a node of S.
AllPredecessors(G, S) == UNION {Predecessors(G, n) : n \in S}

\* The nodes that one edge or more lead to, from n.
Descendants(G, n) == Reached(G, Successors(G, n))

\* The nodes from which one edge or more lead to n.
Ancestors(G, n) == {m \in G.node : n \in Descendants(G, m)}

\* Whether some node leads back to itself.
HasCycle(G) == \E n \in G.node : n \in Descendants(G, n)

\* Whether G is a directed graph without a cycle.
IsDag(G) == IsDirectedGraph(G) /\ ~HasCycle(G)

\* How many edges lead to n.
InDegree(G, n) == Cardinality(Predecessors(G, n))

\* How many edges lead from n.
OutDegree(G, n) == Cardinality(Successors(G, n))

\* The nodes that no edge leads to.
Roots(G) == {n \in G.node : Predecessors(G, n) = {}}

\* The nodes that no edge leads from.
Leaves(G) == {n \in G.node : Successors(G, n) = {}}

\* The graph without nodes.
EmptyGraph == [node |-> {}, edge |-> {}]

\* All graphs whose nodes are S.
Graphs(S) == [node : {S}, edge : SUBSET (S \X S)]

=============================================================================
